"""Turns what people send for a whole group into what is handed in."""

from collections.abc import Sequence
from uuid import UUID

from kernel.core.errors import Invalid
from services.dossier.api.interlinked.schemas import GroupSubmissionIn
from services.dossier.domain.interlinked.carrying import Paper
from services.dossier.use_cases.interlinked.way_in import GroupSubmission
from services.dossier.use_cases.ports import Attachment


def group_of(body: GroupSubmissionIn, scans: Sequence[Attachment] = ()) -> GroupSubmission:
    """Return what is handed in; scans that came with it belong to the papers they are named after."""
    return GroupSubmission(
        group_code=body.group_code,
        channel=body.channel,
        owner=body.owner.model_dump(),
        representative=body.representative.model_dump() if body.representative else None,
        helper=body.helper.model_dump() if body.helper else None,
        receiving_agency=body.receiving_agency,
        agencies=body.agencies,
        papers=_papers(body, scans),
        form_data=body.form_data,
        result_delivery=body.result_delivery,
        authorization_id=body.authorization_id,
    )


def _papers(body: GroupSubmissionIn, scans: Sequence[Attachment]) -> list[Paper]:
    """Return the papers as handed in, each scan with the paper it is named after."""
    scanned: dict[str, list[UUID]] = {}
    for item in scans:
        scanned.setdefault(item.component_code, []).append(item.id)
    unnamed = scanned.keys() - {name for one in body.papers for name in one.names}
    if unnamed:
        raise Invalid(fields=[("files", f"Tệp của giấy tờ không được nêu: {', '.join(sorted(unnamed))}")])
    return [
        Paper(
            names=tuple(one.names),
            attachment_ids=(
                *one.attachment_ids,
                *(scan for name in one.names for scan in scanned.get(name, ())),
            ),
            form=one.form,
        )
        for one in body.papers
    ]
