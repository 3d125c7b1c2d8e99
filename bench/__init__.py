"""Measurements of the product, run by hand with `make bench…`. Production never imports this."""
