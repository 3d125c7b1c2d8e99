"""Declared data: what a page says about itself in a form for machines.

`read` turns a page into `Declared`; `mapping` fills a JSON Schema from that, inventing nothing.
Pure functions: no network, no clock, no settings. A model, where there is one, gets the same
`Declared` as evidence.
"""
