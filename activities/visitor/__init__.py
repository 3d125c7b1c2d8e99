"""The visitor profile: which computer, browser and place a site sees.

Open `profile` first: `profile_for` returns the profile of an item. `locales` says what is usual in
each country. docs/visitor.md explains the choices.

This package imports nothing else of ours. The browser and the HTTP client both use it.
"""
