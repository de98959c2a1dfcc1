"""Control characters in texts: nobody writes them, no reader sees them, PostgreSQL keeps no NUL.

One rule for the whole house: whoever speaks to us directly is refused (400, `unreadable`), since they can
mend it; what the portal says, or a file of procedures, is read without them, since nobody can ask it anew.
"""

import re

UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Of U+0000 to U+001F and U+007F all but tab, line feed and carriage return."""


def has_unseen(text: str) -> bool:
    """Tell whether a text has one."""
    return UNSEEN.search(text) is not None


def without_unseen(text: str) -> str:
    """Return the text without them."""
    return UNSEEN.sub("", text)
