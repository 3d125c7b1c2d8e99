"""HTML to markdown: the whole page, or its main content only.

Open `markdown` first for the whole page, and `main_content` for the main content. `dom` parses and
cleans a page, with the help of `rewrites`. `boilerplate` removes navigation and the like, by what
`page_parts`, `menus` and `text_sizes` say. `page_kind` and `list_pages` tell kinds of pages apart.
`scope` finds the part of a page that an extracted text is from, and `alignment` the blocks that it
covers. `blocks` divides long markdown into parts for a model, and `tokens` estimates their size.

All functions are pure: no network, no clock, no settings. The package imports nothing else of
this code base.
"""
