"""What a part may be, what its headers say, and what a link's token is worth."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.core.errors import Invalid, Refusal
from kernel.core.ids import new_id
from kernel.testing.fixed_clock import TUESDAY_MORNING
from services.dossier.domain.file_links import FileLink, LinkDead, is_mark, read_token, token_of
from services.dossier.domain.uploads import (
    BadAlgorithm,
    OffsetConflict,
    PartMangled,
    Upload,
    UploadGone,
    UploadIncomplete,
    UploadState,
    metadata_of,
    require_unharmed,
)

NOW = TUESDAY_MORNING


def an_upload(**changed: Any) -> Upload:
    given: dict[str, Any] = {
        "id": new_id(),
        "uploader": "an",
        "file_name": "a.pdf",
        "component_code": "",
        "procedure_code": "",
        "length": 100,
        "received": 40,
        "state": UploadState.OPEN,
        "attachment_id": None,
        "created_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
    }
    return Upload(**{**given, **changed})


REFUSED_PARTS: dict[str, tuple[dict[str, Any], int, int, type[Refusal]]] = {
    "before the last one's end": ({}, 0, 10, OffsetConflict),
    "after a gap": ({}, 41, 10, OffsetConflict),
    "longer than what is left": ({}, 40, 61, Invalid),
    "of an upload that expired": ({"expires_at": NOW}, 40, 10, UploadGone),
    "of one that is finished": ({"state": UploadState.DONE}, 40, 10, UploadGone),
    "of one that was given up": ({"state": UploadState.ENDED}, 40, 10, UploadGone),
}


@pytest.mark.parametrize("what", REFUSED_PARTS)
def test_a_part_out_of_place_is_refused(what: str) -> None:
    changed, offset, size, refusal = REFUSED_PARTS[what]
    with pytest.raises(refusal):
        an_upload(**changed).require_next(offset, size, NOW)


def test_the_next_part_is_taken_to_the_last_byte() -> None:
    an_upload().require_next(40, 60, NOW)


def test_a_conflict_tells_where_to_go_on() -> None:
    with pytest.raises(OffsetConflict) as told:
        an_upload().require_next(0, 1, NOW)
    assert told.value.extra == {"offset": 40}


def test_a_file_with_a_gap_is_not_finished() -> None:
    with pytest.raises(UploadIncomplete):
        an_upload().require_whole(NOW)
    an_upload(received=100).require_whole(NOW)


@given(st.binary(max_size=200), st.sampled_from(["sha1", "sha256"]))
def test_a_checksum_lets_pass_its_own_content_alone(content: bytes, algorithm: str) -> None:
    told = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    require_unharmed(content, f"{algorithm} {told}")
    with pytest.raises(PartMangled):
        require_unharmed(content + b"x", f"{algorithm} {told}")


@pytest.mark.parametrize("header", ["md5 AAAA", "sha1", "sha1 ?", "crc32 1234"])
def test_a_checksum_that_cannot_be_checked_is_refused(header: str) -> None:
    with pytest.raises((BadAlgorithm, PartMangled)):
        require_unharmed(b"x", header)


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}\Z"), st.text(max_size=20).filter(str.isprintable)))
def test_metadata_comes_out_as_it_went_in(pairs: dict[str, str]) -> None:
    header = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())
    assert metadata_of(header) == pairs


@pytest.mark.parametrize("header", ["filename ?", "filename gA==", "a YQ==,a YQ==", "filename AAAA"])
def test_metadata_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(Invalid):
        metadata_of(header)


def a_link(**changed: Any) -> FileLink:
    given: dict[str, Any] = {"id": new_id(), "attachment_id": new_id(), "subject": "an", "kind": "person"}
    given |= {"agency": "", "created_at": NOW, "expires_at": NOW + timedelta(minutes=5), "is_once": False}
    return FileLink(**{**given, **changed})


@given(st.binary(min_size=16, max_size=16))
def test_a_token_gives_back_its_link_and_mark(mark: bytes) -> None:
    link = a_link()
    found, given_mark = read_token(token_of(link.id, mark))
    assert found == link.id
    assert is_mark(given_mark, mark)


@pytest.mark.parametrize("token", ["", "x", "a" * 42, "é" * 43, "A" * 44, "../../etc/passwd"])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    with pytest.raises(LinkDead):
        read_token(token)


CHANGES = {
    "another file": {"attachment_id": new_id()},
    "another person": {"subject": "binh"},
    "an officer of that name": {"kind": "staff"},
    "a later end": {"expires_at": NOW + timedelta(days=9)},
    "more than once": {"is_once": True},
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_mark_is_of_file_person_and_end(what: str) -> None:
    link = a_link()
    assert replace(link, **CHANGES[what]).bound_to != link.bound_to


def test_a_link_is_good_until_its_end_its_use_or_its_revocation() -> None:
    assert a_link().is_good(NOW)
    assert a_link(used_at=NOW).is_good(NOW)
    assert not a_link(is_once=True, used_at=NOW).is_good(NOW)
    assert not a_link(revoked_at=NOW).is_good(NOW)
    assert not a_link(expires_at=NOW).is_good(NOW)
