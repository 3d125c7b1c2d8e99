"""Tests of the product as a whole: requests go in, real pages are loaded, results come out.

Open `test_batches.py` first.
"""
