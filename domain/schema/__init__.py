"""JSON Schemas of clients: checks, the contract's rule for null, and the strict dialect of models.

Open `validation` first: the API checks each schema there. `rules` compares results with a schema,
`strict` rewrites a schema for structured outputs, `references` resolves `$ref`, and `patterns`
matches regular expressions in linear time. Everything here is a pure function.

May import only `jsonschema`, `referencing`, `re2` and the standard library.
"""
