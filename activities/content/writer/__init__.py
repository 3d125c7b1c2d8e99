"""Writing of a cleaned tree as markdown: CommonMark with the tables and strikethrough of GFM.

A parser of CommonMark reads from the markdown what a browser shows of the tree: the same words,
links, pictures, headings, lists, code and tables. Open `document` first, which walks the tree.
`inline` writes what is within a paragraph, `lists` and `tables` write what their names say,
`escaping` keeps text from becoming markup, and `addresses` resolves links.

The converters that others keep were measured against the examples of the CommonMark and GFM
specifications. None of them escapes only what needs it, so either text becomes markup or text is
full of backslashes.
"""
