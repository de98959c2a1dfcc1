"""Names of files other systems put into a folder: bytes, which need not be UTF-8."""


def is_readable(name: str) -> bool:
    """Tell whether a name as the system gave it can be written down: UTF-8, and nothing unprintable."""
    return name.isprintable()


def shown(name: str) -> str:
    """Return a name people can read and a database can keep; what is no text is written in hexadecimal."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in text)


def printable(text: str) -> str:
    """Return a text another system wrote with a blank for every sign no database or screen takes."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
