"""Puts right what the portal's supplement says of the form, with what stood before."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from eforms.form import Form
from eforms.limits import MOST_ANSWER_BYTES
from services.dossier.domain.dossier import Dossier
from services.dossier.domain.errors import AnswersWrong
from services.dossier.domain.intake.answers import answers_of, corrections_of
from services.dossier.domain.moves import corrections
from services.dossier.use_cases.ports import Work

_MOST_NAMED = 50


async def put_answers_right(
    dossier: Dossier, told: Mapping[str, Any], *, work: Work, now: datetime
) -> dict[str, Any]:
    """Take what a supplement says of the form: names it tells are put right, the others stay as they are.

    A blank says nothing. Return what history tells of it: which of the form's own questions, and how many
    others, for what people wrote as a name is theirs. Raise `AnswersWrong` where the form the dossier was
    handed in under does not take a new answer, or misses one that it brings about.
    """
    opened = work.seals.open(dossier.form_sealed, purpose="form") if dossier.form_sealed else {}
    before = answers_of(opened) or {}
    changed = {
        name: one for name, one in told.items() if not _is_blank(one) and not _is_said(before, name, one)
    }
    if not changed:
        return {}
    if len(orjson.dumps(changed, default=str)) > MOST_ANSWER_BYTES:
        # Also where the form knows none of them: what stood before is kept with each correction.
        raise AnswersWrong(fields=[("form_data", "Nội dung sửa đổi quá lớn")])
    after = {**before, **changed}
    form = await work.catalogue.form_of(dossier.procedure_code, dossier.pins.form)
    if form is not None:
        _require_right(form, before, after, changed)
    correction = {
        "at": now.isoformat(),
        "version": dossier.version,
        "before": {name: before[name] for name in changed if name in before},
        "added": sorted(changed.keys() - before.keys()),
    }
    corrections.put_answers_right(
        dossier,
        work.seals.seal([after, *corrections_of(opened), correction], purpose="form"),
    )
    own = form.schema.get("properties", {}).keys() if form is not None else ()
    named = sorted(changed.keys() & own)[:_MOST_NAMED]
    others = len(changed) - len(named)
    return {"answers": {"corrected": named, **({"others": others} if others else {})}}


def _is_blank(answer: Any) -> bool:
    """Tell whether an answer says nothing: bridges write an empty list or object for what is not there."""
    if isinstance(answer, str):
        return not answer.strip()
    return answer is None or answer in ([], {})


def _is_said(before: Mapping[str, Any], name: str, answer: Any) -> bool:
    """Tell whether this was answered before; yes is not 1."""
    return name in before and before[name] == answer and type(before[name]) is type(answer)


def _require_right(
    form: Form, before: Mapping[str, Any], after: Mapping[str, Any], changed: Mapping[str, Any]
) -> None:
    """Raise `AnswersWrong` for what is wrong with the new answers, not for what was wrong already.

    The portal judged the first answers by its own form; what it says under names ours has not is kept.
    """
    names = form.schema.get("properties", {}).keys()
    was = {(one.path, one.reason) for one in _faults(form, before, names)}
    faults = [
        one
        for one in _faults(form, after, names)
        if (one.path, one.reason) not in was or one.path.split(".")[0] in changed
    ]
    if faults:
        raise AnswersWrong(
            fields=[
                (".".join(part for part in ("form_data", one.path) if part), one.reason) for one in faults
            ]
        )


def _faults(form: Form, answers: Mapping[str, Any], names: Any) -> list[Any]:
    return form.faults({name: one for name, one in answers.items() if name in names})
