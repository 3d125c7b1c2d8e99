"""Tests of `api`, in the same packages. Most of them talk to a running stack."""
