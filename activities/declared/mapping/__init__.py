"""Filling a client's JSON Schema from what a page declares.

Open `fill` first. `objects`, `arrays` and `scalars` each fill one kind of property. `lookup` finds
what the page declares under a property's name, and `main_thing` decides what the page is about.
`converters` turns a declared value into the type of the property.

The package imports the rest of `activities.declared` and `domain.schema`.
"""
