"""Politeness towards the hosts that a worker visits.

Open `hosts` first: it limits how many pages of a host are loaded at the same time. A host that asks
for a rest gets one. `robots` heeds robots.txt. The rules are in docs/politeness.md.

This package imports `activities.http`, `activities.egress`, `activities.visitor` and `domain`.
"""
