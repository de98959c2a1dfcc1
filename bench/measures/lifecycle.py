"""Whole lives of dossiers through the gateway: submit, accept, hand over, issue, return, find."""

import json
from collections.abc import Mapping, Sequence

from bench.figures import Figure
from bench.generator import Plan, Step
from bench.people import LIFECYCLE, writing
from bench.run import Run, notes_of

CONNECTIONS = 32
TARGET = 250
_MOST = 400
"""Dossiers a second that files are laid down for."""


def whole_lives(run: Run) -> Sequence[Figure]:
    """Play lives in a closed loop on nearly empty tables."""
    notes = run.quiet()
    rows = int(run.subject.rows("dossier", "SELECT count(*) FROM dossiers")[0][0])
    steps = lifecycle_steps(run, run.subject.url("gateway", "/api/v1"))
    loaded, busy = run.load(
        Plan(
            connections=CONNECTIONS,
            seconds=run.lengths.lifecycle,
            actors=run.people.at_gateway(),
            rows_file=run.people.files(int(run.lengths.lifecycle * _MOST), LIFECYCLE, with_result=True),
            steps=steps,
        )
    )
    requests = loaded.per_second * len(steps)
    return [
        Figure(
            what="Lifecycle: submit, accept, hand over, issue, return, search",
            measured=f"{loaded.per_second:,.0f} lives/s ({requests:,.0f} requests/s)",
            target=f">= {TARGET}/s empty",
            reached=loaded.per_second >= TARGET,
            generator_cores=loaded.cores,
            busy=busy,
            per_second=loaded.per_second,
            notes=[
                f"{CONNECTIONS} connections, closed loop, six requests a life, {rows:,} dossiers before it",
                *notes_of(loaded),
                *(_step_line(step) for step in loaded.report["steps"]),
                *notes,
            ],
        )
    ]


def lifecycle_steps(run: Run, base: str) -> list[Step]:
    """Return the six requests of a life."""
    one = base + "/dossiers/{dossier_id}"
    return [
        run.people.submission(base + "/dossiers", LIFECYCLE),
        acceptance(base),
        _act("hand over", one + "/handover", "officer_token", {"note": ""}),
        _act(
            "issue",
            one + "/result",
            "clerk_token",
            {
                "number": "{n}/BS",
                "name": "",
                "outcome": "GRANTED",
                "signed_by": "Lê Thị Hoa",
                "attachment_ids": ["{result_file}"],
            },
        ),
        _act(
            "return",
            one + "/return",
            "officer_token",
            {
                "delivery": "COUNTER",
                "receiver_name": "{name}",
                "identity_number": "{identity}",
                "checked_by": "DOCUMENT",
                "no_receipt_reason": "Ký sổ giấy",
            },
        ),
        Step(
            name="search",
            method="GET",
            url=base + "/dossiers?code={dossier_code}",
            expect=200,
            headers={"Authorization": "Bearer {officer_token}"},
        ),
    ]


def acceptance(base: str) -> Step:
    """Return the step that accepts what was submitted before."""
    url = base + "/dossiers/{dossier_id}/acceptance"
    return _act("accept", url, "officer_token", {}, {"dossier_code": "dossier_code"})


def _act(
    name: str, url: str, token: str, body: Mapping[str, object], keep: Mapping[str, str] | None = None
) -> Step:
    return Step(
        name=name,
        method="POST",
        url=url,
        expect=200,
        headers=writing(token, version="version"),
        body=json.dumps(body, ensure_ascii=False),
        keep={"version": "version", **(keep or {})},
    )


def _step_line(step: Mapping[str, object]) -> str:
    return "{name}: p50 {p50:.1f}, p99 {p99:.1f} ms".format(name=step["name"], **step["milliseconds"])  # type: ignore[arg-type]  # the report's shape
