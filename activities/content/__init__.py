"""HTML to markdown: the whole page, or its main content only.

Open `markdown` first for the whole page, and `main_content` for the main content. `dom` parses and
cleans a page, with the help of `rewrites`. `boilerplate` removes navigation and the like.
`alignment` keeps the blocks of a page that an extracted text covers. `blocks` divides long
markdown into parts for a model.

All functions are pure: no network, no clock, no settings. The package imports nothing else of
this code base.
"""
