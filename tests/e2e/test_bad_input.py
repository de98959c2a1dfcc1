"""Bad input through the only door: the right 4xx, a stable code, and nothing changed anywhere."""

import json
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.citizens import A_PDF, MINISTRY_PROCEDURE, PROCEDURE, Citizen, Gateway, Officer
from tests.e2e.databases import Databases
from tests.e2e.running_stack import RunningStack
from tests.e2e.tokens import TokenWorkshop

pytestmark = pytest.mark.timeout(240)

SUBMIT = "/api/v1/dossiers"
MEGABYTE = 1_048_576
STRANGE_TEXTS = {
    "a NUL": b'{"procedure_code": "2.000908\\u0000"}',
    "a lone surrogate": b'{"procedure_code": "\\ud800"}',
    "not a number": b'{"procedure_code": NaN}',
    "nesting without end": b'{"form_data": ' + b'{"a": ' * 500 + b"1" + b"}" * 501,
    "no UTF-8": b'{"procedure_code": "\xff\xfe"}',
    "half a document": b'{"procedure_code": "2.000908"',
}


class Scene:
    """Two citizens, an officer of the receiving agency and one of another, a dossier of the first citizen."""

    def __init__(self, stack: RunningStack, door: Gateway) -> None:
        self.door = door
        self.an = Citizen(door, "cong-dan-an")
        self.binh = Citizen(door, "cong-dan-binh")
        self.officer = Officer(door)
        self.stranger = Officer(door, "can-bo-duong-bich-phuong")
        self.tokens = TokenWorkshop(stack.data, self.an.token)
        self.key = uuid4().hex
        self.submission = self.an.a_submission()
        first = self.an.post(SUBMIT, self.submission, key=self.key)
        assert first.status_code == 201, first.text
        self.dossier_id = str(first.json()["dossier_id"])
        self.moved = self.an.submit()
        self.officer.accept(self.moved)
        self.spare = self.an.a_submission()
        self.files_of_binh = self.binh.a_submission()

    def submit(self, body: Any) -> httpx.Response:
        """Hand in as the first citizen."""
        return self.an.post(SUBMIT, body, headers={"Content-Type": "application/json"})

    def act(self, action: str, who: Any, **options: Any) -> httpx.Response:
        """Do something to the first citizen's dossier."""
        return who.post(f"{SUBMIT}/{self.dossier_id}/{action}", **options)

    def with_token(self, token: str) -> httpx.Response:
        """Hand in a whole submission with this token."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
        return self.door.send("POST", SUBMIT, json=self.spare, headers=headers)


@pytest.fixture(scope="module")
def scene(stack: RunningStack, databases: Databases):
    with Gateway(stack.gateway) as door:
        made = Scene(stack, door)
        _await_rest(databases)
        yield made


_BY_JOBS = (
    *("catalog.feed_entries", "catalog.legal_", "catalog.law_"),
    "dossier.access_seals",
    *("gateway.portal_codes", "gateway.portal_reads", "gateway.portal_questions", "gateway.portal_summaries"),
    "gateway.connector_",
    "gateway.usage_",
)
"""What jobs write by the clock, of what was before or is outside: no request here can."""


@pytest.fixture
def nothing_changes(databases: Databases, scene: Scene):
    """Count every row of every service before and after."""
    before = _counts(databases)
    yield
    assert _counts(databases) == before


def _counts(databases: Databases) -> dict[str, int]:
    return {name: rows for name, rows in databases.row_counts().items() if not name.startswith(_BY_JOBS)}


def _await_rest(databases: Databases) -> None:
    """Wait until events of what happened before have had all their effects."""
    until = time.monotonic() + 60
    last: dict[str, int] = {}
    while (now := _counts(databases)) != last:
        assert time.monotonic() < until, "the stack does not come to rest"
        last = now
        time.sleep(1.0)


CASES: dict[str, tuple[Callable[[Scene], httpx.Response], int, str]] = {
    **{
        f"text that cannot be read: {name}": (lambda s, raw=raw: s.submit(raw), 400, "unreadable")
        for name, raw in STRANGE_TEXTS.items()
    },
    "nothing at all": (lambda s: s.submit(b""), 422, "invalid"),
    "a list instead of an object": (lambda s: s.submit([1, 2]), 422, "invalid"),
    "a number for the procedure": (lambda s: s.submit({**s.spare, "procedure_code": 7}), 422, "invalid"),
    "a text for the components": (lambda s: s.submit({**s.spare, "components": "all"}), 422, "invalid"),
    "an unknown field": (lambda s: s.submit({**s.spare, "is_paid": True}), 422, "invalid"),
    "an unknown channel": (lambda s: s.submit({**s.spare, "channel": "FAX"}), 422, "invalid"),
    "an unknown procedure": (lambda s: s.submit({**s.spare, "procedure_code": "9.999999"}), 422, "invalid"),
    "an unknown agency": (lambda s: s.submit({**s.spare, "receiving_agency": "H99.999"}), 422, "invalid"),
    "a mandatory component left out": (
        lambda s: s.submit({**s.spare, "components": s.spare["components"][:1]}),
        422,
        "invalid",
    ),
    "somebody else's files": (
        lambda s: s.submit({**s.spare, "components": s.files_of_binh["components"]}),
        422,
        "invalid",
    ),
    "files another dossier has": (
        lambda s: s.submit({**s.spare, "components": s.submission["components"]}),
        422,
        "invalid",
    ),
    "somebody else as owner without authority": (
        lambda s: s.submit({**s.spare, "owner": s.files_of_binh["owner"]}),
        422,
        "invalid",
    ),
    "a body larger than a submission may be": (
        lambda s: s.submit({**s.spare, "form_data": {"x": "a" * (2 * MEGABYTE)}}),
        413,
        "too-large",
    ),
    "a file larger than any may be": (
        lambda s: s.an.upload("yeu-cau", A_PDF + b"a" * (26 * MEGABYTE)),
        413,
        "too-large",
    ),
    "a program called a PDF": (
        lambda s: s.an.upload("yeu-cau", b"MZ\x90\x00" + b"a" * 500),
        415,
        "attachment-type",
    ),
    "a PDF called a picture": (lambda s: s.an.upload("yeu-cau", name="anh.png"), 415, "attachment-type"),
    "a page called a PDF": (
        lambda s: s.an.upload("yeu-cau", b"<html><script>alert(1)</script></html>"),
        415,
        "attachment-type",
    ),
    "an empty file": (lambda s: s.an.upload("yeu-cau", b""), 422, "invalid"),
    "a file for a component nobody asks for": (lambda s: s.an.upload("khong-co"), 422, "invalid"),
    "no token": (
        lambda s: s.door.send("POST", SUBMIT, json=s.spare, headers={"Idempotency-Key": uuid4().hex}),
        401,
        "unauthenticated",
    ),
    "an expired token": (lambda s: s.with_token(s.tokens.expired()), 401, "unauthenticated"),
    "a forged token": (lambda s: s.with_token(s.tokens.forged()), 401, "unauthenticated"),
    "an altered token": (lambda s: s.with_token(s.tokens.altered()), 401, "unauthenticated"),
    "an unsigned token": (lambda s: s.with_token(s.tokens.unsigned()), 401, "unauthenticated"),
    "the inside's own token": (lambda s: s.with_token(s.tokens.of_the_inside()), 401, "unauthenticated"),
    "no token at all, only noise": (lambda s: s.with_token("%%.~~.=="), 401, "unauthenticated"),
    "an officer who submits as a citizen": (lambda s: s.officer.post(SUBMIT, s.spare), 403, "forbidden"),
    "a citizen who accepts": (lambda s: s.act("acceptance", s.an, version=1), 403, "forbidden"),
    "somebody else's dossier, to act on": (
        lambda s: s.act("cancellation", s.binh, version=1),
        404,
        "not-found",
    ),
    "somebody else's dossier, to read": (
        lambda s: s.binh.get(f"{SUBMIT}/{s.dossier_id}"),
        404,
        "not-found",
    ),
    "another agency's dossier": (lambda s: s.act("acceptance", s.stranger, version=1), 404, "not-found"),
    "a dossier that is not": (lambda s: s.an.get(f"{SUBMIT}/{uuid4()}"), 404, "not-found"),
    "an id that is none": (lambda s: s.an.get(f"{SUBMIT}/abc"), 422, "invalid"),
    "no idempotency key": (
        lambda s: s.door.send("POST", SUBMIT, json=s.spare, headers=s.an.headers()),
        400,
        "idempotency-key-required",
    ),
    "a used idempotency key with another body": (
        lambda s: s.an.post(SUBMIT, {**s.submission, "result_delivery": "POST"}, key=s.key),
        422,
        "idempotency-key-reused",
    ),
    "no version seen": (lambda s: s.act("acceptance", s.officer), 428, "version-required"),
    "a version that is none": (
        lambda s: s.act("acceptance", s.officer, headers={"If-Match": '"latest"'}),
        422,
        "invalid",
    ),
    "a stale version": (
        lambda s: s.officer.post(f"{SUBMIT}/{s.moved}/handover", {"note": ""}, version=1),
        412,
        "stale-version",
    ),
    "a version from the future": (lambda s: s.act("acceptance", s.officer, version=9), 412, "stale-version"),
    "a step the state does not allow": (
        lambda s: s.act("handover", s.officer, body={"note": ""}, version=1),
        409,
        "transition-refused",
    ),
    "a ministry's procedure": (
        lambda s: s.submit({**s.an.a_body({}, MINISTRY_PROCEDURE)}),
        409,
        "submit-at-portal",
    ),
    "an unknown address": (lambda s: s.an.get("/api/v1/no-such-thing"), 404, "not-found"),
    "a method the address does not have": (
        lambda s: s.door.send("DELETE", SUBMIT, headers=s.an.headers()),
        405,
        "method-not-allowed",
    ),
    "a NUL in an address": (lambda s: s.an.get("/api/v1/procedures/%00"), 400, "unreadable"),
    "a cursor that is none": (lambda s: s.an.get(SUBMIT, cursor="###"), 422, "invalid"),
    "a page without end": (lambda s: s.an.get(SUBMIT, limit=100_000), 422, "invalid"),
    "an import by a citizen": (lambda s: s.an.post("/api/v1/imports", {}), 403, "forbidden"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_refused_and_changes_nothing(name, scene: Scene, nothing_changes):
    """A problem document with the right status and a stable code, in Vietnamese, echoing nothing."""
    send, status, code = CASES[name]
    answer = send(scene)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )
    problem = answer.json()
    assert problem["code"] == code
    assert problem["status"] == status
    assert problem["title"]
    assert "Traceback" not in answer.text
    assert str(scene.an.person["identity_number"]) not in answer.text


def test_a_ministrys_procedure_says_where_to_submit_it(scene: Scene, nothing_changes):
    """The refusal carries the address at the national portal."""
    problem = scene.submit(scene.an.a_body({}, MINISTRY_PROCEDURE)).json()
    assert problem["portal_url"].startswith("https://dichvucong.gov.vn")


def test_a_wrong_field_is_named(scene: Scene, nothing_changes):
    """A front end can put the reason beside the field."""
    owner = {**scene.spare["owner"], "phone": 900}
    errors = scene.submit({**scene.spare, "owner": owner}).json()["errors"]
    assert "owner.phone" in [error["path"] for error in errors]
    assert all(error["reason"] for error in errors)


def test_the_same_key_and_body_get_the_first_answer_again(scene: Scene, nothing_changes):
    """A repeated request is answered, not refused, and does nothing."""
    again = scene.an.post(SUBMIT, scene.submission, key=scene.key)
    assert again.status_code == 201
    assert again.json()["dossier_id"] == scene.dossier_id
    assert again.headers["Idempotency-Replayed"] == "true"


def test_the_workshop_knows_how_to_make_a_token_that_opens_the_door(scene: Scene):
    """Else the refused tokens would prove nothing."""
    headers = {"Authorization": f"Bearer {scene.tokens.resigned()}"}
    answer = scene.door.send("GET", "/api/v1/session", headers=headers)
    assert answer.status_code == 200, answer.text


def test_a_whole_submission_is_taken_after_all_this(scene: Scene):
    """What the refused requests varied was sound: the unvaried one is accepted."""
    answer = scene.submit(json.dumps(scene.spare).encode())
    assert answer.status_code == 201, answer.text
    assert scene.an.dossier(answer.json()["dossier_id"])["procedure"]["code"] == PROCEDURE


def test_a_forwarded_header_does_not_walk_around_the_lock_out(stack: RunningStack) -> None:
    """No proxy is trusted here, so whatever address a client claims, its failures are its own."""
    query = {"code": "H99.201-260303-9999", "secret": "WRONG-SECRET"}
    with httpx.Client(base_url=stack.gateway) as client:
        answers = [
            client.get(
                "/api/v1/tracking", params=query, headers={"X-Forwarded-For": f"9.8.7.{n}"}
            ).status_code
            for n in range(40)
        ]
    assert answers[0] == 404
    assert answers[-1] == 429
