"""Tests of `api.batches`."""
