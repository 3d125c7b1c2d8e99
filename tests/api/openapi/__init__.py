"""Tests of `api.openapi`. `documented` is their helper."""
