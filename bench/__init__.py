"""Measurements of the product. Nothing here runs in production."""
