"""Politeness towards the hosts that a worker visits.

Open `hosts` first: it limits how many pages of a host are loaded at the same time, and lets a host
rest that refuses all pages. `availability` decides when that is. `robots` heeds robots.txt, whose
rules `robots_rules` reads. The rules for hosts are in docs/politeness.md.

This package imports `activities.http`, `activities.egress`, `activities.visitor` and `domain`.
"""
