"""Declared data: what a page says about itself in a form for machines.

Open `read` first: `read_declared` turns a page into `Declared` (in `entities`). The package
`mapping` fills a JSON Schema from that and invents nothing. A language model, where there is one,
gets the same `Declared` as evidence.

All functions are pure: no network, no clock, no settings. The package imports
`activities.content` and `domain.schema`.
"""
