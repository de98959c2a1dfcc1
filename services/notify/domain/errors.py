"""Defects of our own texts, told apart from failures of the world."""


class TemplateBroken(Exception):  # noqa: N818 - the fact is the name.
    """A template that cannot be read, misses a value or does not fit its channel."""
