"""Tests through the public seams: HTTP, workflow histories, bytes in the bucket, processes."""
