"""Which signs nobody sees, in a text, a body and an address alike."""

import re

from kernel.core.unseen import has_unseen, without_unseen
from kernel.web.app import _UNSEEN


def test_all_controls_but_tab_and_ends_of_lines_are_unseen_everywhere_alike() -> None:
    for number in range(0x100):
        sign = chr(number)
        expected = (number < 0x20 and sign not in "\t\n\r") or number == 0x7F
        assert has_unseen(f"a{sign}b") is expected, hex(number)
        assert without_unseen(f"a{sign}b") == ("ab" if expected else f"a{sign}b")
        assert bool(re.search(_UNSEEN, b"q=%%%02X" % number)) is expected
        assert bool(re.search(_UNSEEN, b"q=%%%02x" % number)) is expected
