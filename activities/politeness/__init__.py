"""Politeness towards the hosts that a worker visits.

Open `hosts` first: it limits how many pages of a host are loaded at the same time, and it leaves a
host alone that asks for it. `robots` heeds robots.txt. The rules are in docs/politeness.md.

This package imports `activities.http`, `activities.egress`, `activities.visitor` and `domain`.
"""
