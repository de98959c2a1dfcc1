"""The square codes on papers: the same in every way that matters as the evenest one would be."""

import secrets

import segno

from services.dossier.store.codes_to_scan import code_of, svg_of

_TRIES = 40


def _unevenness(code: segno.QRCode) -> int:
    """Return how many squares go on in the colour of the one before, across and down: long runs mislead."""
    rows = [list(row) for row in code.matrix]
    return sum(
        line[place] == line[place - 1]
        for lines in (rows, list(zip(*rows, strict=True)))
        for line in lines
        for place in range(1, len(line))
    )


def test_a_code_is_as_even_as_the_best_of_all_masks() -> None:
    """Within a tenth, for addresses like those on papers; and with the margin asked for."""
    for _ in range(_TRIES):
        address = f"https://dichvucong.example.vn/xac-thuc/{secrets.token_urlsafe(24)}"
        best = segno.make(address, error="m")
        drawn = code_of(address)
        assert _unevenness(drawn) < _unevenness(best) * 1.1
        assert drawn.version == best.version
        for border in (0, 1):
            side = best.symbol_size(border=border)[0]
            assert f'width="{side}" height="{side}"' in svg_of(address, border=border)
