"""The error of the stack."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot do what was asked. The message is for the person at the terminal."""
