"""JSON Schemas of clients: checks, the contract's rule for null, and the strict dialect of models.

Open `validation` first: the API checks each schema there. `canonical` brings a schema of any draft
into one form, which all other modules work with. `rules` compares results with a schema, by the
`validators`. `applied` says which parts of a schema are for a value. `strict` rewrites a schema for
structured outputs. `patterns` matches regular expressions in limited time. Everything here is a
pure function.

May import only `jsonschema`, `referencing`, `re2`, `regex` and the standard library.
"""
