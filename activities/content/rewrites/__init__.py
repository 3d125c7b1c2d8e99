"""Rewrites of a page's tree, in place: each turns what markdown cannot express into what it can.

Each public function is one rewrite of the whole tree, and does not depend on the others. Open
`dom.clean` first, which calls them all.
"""
