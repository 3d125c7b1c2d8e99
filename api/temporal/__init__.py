"""Calls to the Temporal server that no single resource owns.

It may import nothing else of `api`. Start with `calls`: every call has a time limit.
"""
