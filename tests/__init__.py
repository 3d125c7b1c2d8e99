"""Tests, one package for each package of the product.

`system` tests the product as a whole. `support` has what the tests use: sites, servers, clients.
`pages` has HTML with the expected results. Open `conftest.py` first: its fixtures start the parts.
"""
