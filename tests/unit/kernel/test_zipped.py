"""A stranger's archive is judged by its directory, before anything is unpacked."""

import io
import zipfile

import pytest

from kernel.core.zipped import NoArchive, TooLarge, ZipBounds

BOUNDS = ZipBounds(parts=3, size=1_000_000)


def an_archive(*parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"{number}.xml", part)
    return out.getvalue()


def test_what_keeps_its_bounds_passes():
    BOUNDS.check(an_archive(b"a" * 100_000, b"b", b""))


@pytest.mark.parametrize(
    "content",
    [an_archive(*[b"x"] * 4), an_archive(b"a" * 1_000_001), an_archive(b"a" * 400_000, b"b" * 700_000)],
    ids=["too many parts", "one too large", "too large together"],
)
def test_what_would_unpack_to_too_much_is_refused(content: bytes):
    with pytest.raises(TooLarge):
        BOUNDS.check(content)


def test_a_part_that_grows_too_many_times_is_refused_though_small():
    with pytest.raises(TooLarge):
        ZipBounds(parts=3, size=10**9, ratio=50).check(an_archive(b"\0" * 900_000))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_said_to_be_none(content: bytes):
    with pytest.raises(NoArchive):
        ZipBounds(parts=3, size=10).check(content)
