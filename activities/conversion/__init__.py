"""Conversion of a page's HTML, in processes of its own.

Open `pool` first: `ConversionPool` runs the functions of `tasks` in worker processes. `normalise`
brings a model's answer into the form that the contract promises, with the help of `coerce`.

The worker processes import this package, so each of its modules imports little at the top. It
uses `activities.content`, `activities.declared` and `domain`.
"""
