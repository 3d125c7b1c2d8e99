"""Walls for tests: samples, ordinary pages, a site behind CAPTCHAs, and a solving service."""
