"""Texts with HTML in them, made plain."""

import html
import re

import nh3

_BLOCKS = {"p", "br", "li", "div", "tr", "h1", "h2", "h3", "h4"}
_BREAK = re.compile(r"<(?:br|/p|/li|/div|/tr|/h[1-4])\s*/?>")
_TAG = re.compile(r"<[^>]*>")
_BLANK = re.compile(r"\n\s*\n+")


def plain_text(text: str) -> str:
    """Return the text a browser would show, a line for every block; scripts and styles leave nothing."""
    sound = nh3.clean(text, tags=_BLOCKS, attributes={}, clean_content_tags={"script", "style"})
    return _BLANK.sub("\n", html.unescape(_TAG.sub("", _BREAK.sub("\n", sound)))).strip()
