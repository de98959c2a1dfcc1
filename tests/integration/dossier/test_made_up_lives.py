"""Lives of dossiers made up from the document: whatever the service offers next is done, rightly or wrongly.

Each move is one the dossier itself names (`actions`), or any other below its address, asked by its operation
in the document, with the contract's example or a made-up body: never a 5xx, always a documented answer, and a
refusal changes nothing.
"""

import asyncio
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core import NotSet

from kernel.core.ids import new_id
from kernel.run import describe
from tests.builders.dossier.office import (
    CLERK,
    LEAD,
    RECEIVER,
    SIGNER,
    SPECIALIST,
    Office,
    a_citizen,
    an_officer,
)
from tests.integration.conftest import service_named

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples" / "dossier"
LIVES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
SEED = os.environ.get("FUZZ_SEED", "")
MOVES = 10
BELOW = "/v1/dossiers/{dossier_id}/"
AN = a_citizen()
MANAGER = an_officer("ONE_STOP_MANAGER", unit="mot-cua", subject="quan-ly")
PEOPLE = (RECEIVER, SPECIALIST, LEAD, SIGNER, CLERK, MANAGER, AN)
ENDS = frozenset({"cancellation", "refusal", "stop", "withdrawal"})
"""Not led to: they come of themselves, and nothing much comes after them."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Lives:
    """One office whose dossiers live as hypothesis draws; the loop that serves them is another thread's."""

    def __init__(self, office: Office, loop: asyncio.AbstractEventLoop) -> None:
        self.office = office
        self.loop = loop
        schema = schemathesis.openapi.from_dict(describe(service_named("dossier")).openapi())
        schema.config.update(base_url="http://testserver")
        found = [one.ok() for one in schema.get_all_operations()]
        self.moves = {
            one.path.removeprefix(BELOW): one
            for one in found
            if one.method == "post" and one.path.startswith(BELOW) and one.path.count("{") == 1
        }
        self.reached: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def wait(self, doing: Any) -> Any:
        """Return what the other thread's loop makes of it."""
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(60)

    def live(self, data: st.DataObject) -> None:
        """Play one life."""
        dossier = self.wait(self.office.submitted(AN))["dossier_id"]
        for _ in range(MOVES):
            by, shown = self.next_to_act(dossier, data.draw(st.integers(0, len(PEOPLE) - 1)))
            self.reached[shown["state"]] += 1
            offered = [one for one in shown["actions"] if one in self.moves and one not in ENDS]
            any_move = not offered or not data.draw(st.integers(0, 3))
            name = data.draw(st.sampled_from(sorted(self.moves) if any_move else offered))
            self.move(data, dossier, name, shown, by)

    def next_to_act(self, dossier: str, first: int) -> tuple[Any, Any]:
        """Return the first person from this place on whom something is offered, else the citizen."""
        found: tuple[Any, Any] | None = None
        for by in (*PEOPLE[first:], *PEOPLE[:first], AN):
            seen = self.wait(self.office.service.get(f"/v1/dossiers/{dossier}", by))
            if seen.status_code == 200:
                found = (by, seen.json())
                if any(one in self.moves and one not in ENDS for one in found[1]["actions"]):
                    break
        assert found is not None
        return found

    def move(self, data: st.DataObject, dossier: str, name: str, shown: Any, by: Any) -> None:
        """Make one move and hold its answer against the document, and a refusal against the dossier."""
        operation = self.moves[name]
        case = data.draw(operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        body = case.body
        if data.draw(st.integers(0, 3)):
            told_as = operation.definition.raw["operationId"]
            told = json.loads((EXAMPLES / f"{told_as}.json").read_text(encoding="utf-8")).get("request", {})
            body = self.fitted(told, shown, by)
        case.path_parameters, case.body = {"dossier_id": dossier}, body
        headers = {
            **self.office.service.headers(by),
            "Idempotency-Key": new_id().hex,
            "If-Match": f'"{shown["version"]}"',
        }
        path = operation.path.replace("{dossier_id}", dossier)
        said = {} if isinstance(body, NotSet) else {"json": body}
        answer = self.wait(self.office.service.client.post(path, headers=headers, **said))
        case.validate_response(schemathesis.Response.from_httpx(answer, verify=False), checks=CHECKS)
        after = self.wait(self.office.service.get(f"/v1/dossiers/{dossier}", by))
        if answer.status_code < 300:
            self.done[name] += 1
        elif after.status_code == 200:
            same = ("state", "version", "due_at", "step")
            assert {key: after.json()[key] for key in same} == {key: shown[key] for key in same}, name

    def fitted(self, told: Any, shown: Any, by: Any) -> Any:
        """Return an example's body about this dossier: its step, and files of who acts."""
        body = dict(told)
        if "step" in body and shown["step"]:
            body["step"] = shown["step"]["code"]
        for key, value in told.items():
            if key.endswith(("attachment_id", "attachment_ids")) and value:
                file = self.wait(self.office.upload(by))
                body[key] = [file] if key.endswith("s") else file
        return body


async def test_made_up_lives_are_answered_as_documented(office: Office) -> None:
    lives = Lives(office, asyncio.get_running_loop())

    @(seed(SEED) if SEED else lambda ask: ask)
    @settings(
        max_examples=LIVES,
        derandomize=not SEED,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def live(data: st.DataObject) -> None:
        lives.live(data)

    await asyncio.to_thread(live)
    assert len(lives.moves) > 40

    assert len(lives.done) >= 4, lives.done
    assert len(lives.reached) >= 2, lives.reached
