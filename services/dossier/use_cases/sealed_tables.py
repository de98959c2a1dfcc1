"""Which columns of which tables carry a keyed seal, in groups that are written together.

A group is sealed by whoever writes all of it: what a row says for good when it is added, its course with
every step, what names people apart, because a destruction list empties it. `tests/architecture` holds this
against the tables: a column is in a group or says why it is in none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table whose rows are sealed; every group is sealed together with the key."""

    key: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]]
    unsealed: Mapping[str, str] = field(default_factory=dict)
    """Columns in no group, and why."""
    later: frozenset[str] = frozenset()
    """Columns added since: sealed where they hold something, so that seals of before still fit."""
    is_of_dossier: bool = True
    """Has `dossier_id`: a group may be sealed by it where a statement does not know the keys it meets."""


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NEXT_TRY = {
    "attempts": "a job's own: how often it tried",
    "look_at": "a job's own: when it looks next",
    "failure": "a job's own: what the last try ran into",
}

SEALED: Mapping[str, SealedTable] = {
    "authorizations": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "owner_index representative_index parties_sealed recorded_by agency procedures"
                " attachment_id recorded_at"
            ),
            "term": _columns("valid_from valid_until"),
            "ended": _columns("version revoked_at revoked_by revoke_reason"),
        },
        unsealed={
            "uses": "counted by the database; the dossiers themselves name the authorisation",
            "last_used_at": "as uses",
        },
        is_of_dossier=False,
    ),
    "result_register": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "dossier_id dossier_code procedure_code type number agency agency_name signed_by issued_at"
                " valid_from valid_to attachment_ids"
            ),
            "holder": _columns("holder_sealed holder_index holder_subject name"),
            "course": _columns("version state ended_at ended_by replaced_by"),
            "why": _columns("reason legal_basis"),
        },
        later=frozenset({"replaced_by"}),
    ),
    "result_uses": SealedTable(
        key=("dossier_id", "component_code"), groups={"given": _columns("result_id result_version at")}
    ),
    "evidence": SealedTable(
        key=("id",), groups={"given": _columns("dossier_id kind source component_code by at details")}
    ),
    "payment_entries": SealedTable(
        key=("dossier_id", "sequence"),
        groups={
            "line": _columns("id kind amount at item method source receipt_id"),
            "said": _columns("by by_name data"),
        },
    ),
    "payment_requests": SealedTable(
        key=("reference",),
        groups={
            "given": _columns("dossier_id agency amount item asked_at expires_at"),
            "course": _columns("state transaction paid_amount paid_at"),
            "bill": _columns("bill_sealed asked_by"),
            "address": _columns("pay_url"),
        },
        unsealed=_NEXT_TRY,
    ),
    "receipts": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "agency serial year number dossier_id amount method cashier cashier_name issued_at day"
                " replaces visit_id dossier_ids asking_id"
            ),
            "payer": _columns("payer_sealed"),
            "lines": _columns("lines"),
            "course": _columns("version state replaced_by electronic e_serial e_number"),
            "why": _columns("ended_reason"),
        },
        unsealed=_NEXT_TRY,
        later=frozenset({"asking_id"}),
    ),
    "refunds": SealedTable(
        key=("id",),
        groups={
            "given": _columns("dossier_id agency amount method asked_by asked_at asking_id"),
            "payee": _columns("payee_sealed reason"),
            "course": _columns("version state decided_by decided_at drawer drawer_agency"),
            "note": _columns("note"),
        },
        later=frozenset({"asking_id", "drawer", "drawer_agency"}),
    ),
    "cash_closings": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "agency cashier cashier_name day expected counted reason by_method closed_at closed_by"
            ),
            "course": _columns("version state approved_by approved_at note"),
        },
        is_of_dossier=False,
        later=frozenset({"closed_by"}),
    ),
    "archive_records": SealedTable(
        key=("dossier_id",),
        groups={
            "given": _columns(
                "code procedure_code procedure_name agency ending retention source is_checked ended_on"
                " counted_from kept_through submit_by destroyed_by"
            ),
            "course": _columns("state archive_code"),
        },
        unsealed={"version": "counted by the database with every move of the state"},
    ),
    "archive_holds": SealedTable(
        key=("id",),
        groups={
            "given": _columns("dossier_id agency kind placed_by placed_by_name placed_at"),
            "said": _columns("reason legal_basis"),
            "course": _columns("version released_by released_at"),
            "why": _columns("release_reason"),
        },
    ),
    "destruction_lists": SealedTable(
        key=("id",),
        groups={
            "given": _columns("agency agency_name number year prepared_by prepared_by_name prepared_at"),
            "course": _columns(
                "version state reviewers approved_by approved_by_name decision_number reason approved_at"
                " decided_on council document_id protocol done_at"
            ),
        },
        is_of_dossier=False,
    ),
    "destruction_lines": SealedTable(
        key=("list_id", "dossier_id"),
        groups={
            "given": _columns("code procedure_code procedure_name retention ended_on kept_through"),
            "review": _columns("verdict reviewed_by reviewed_by_name reason reviewed_at"),
            "outcome": _columns("outcome done_at history_head"),
        },
    ),
    "certified_copies": SealedTable(
        key=("agency", "year", "number"),
        groups={
            "given": _columns(
                "id document_name requester_sealed signed_by entered_by entered_by_name pages copies"
                " certified_at requester_index confirmed_by fee signer_title note scan_id"
            )
        },
        later=frozenset({"signer_title", "note", "scan_id"}),
        is_of_dossier=False,
    ),
    "copy_requests": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "agency document_name requester_sealed signer signer_name entered_by entered_by_name pages"
                " copies requester_index asked_at fee asking_id exempt_reason scan_id"
            ),
            "course": _columns("state decided_by reason decided_at"),
        },
        later=frozenset({"asking_id", "exempt_reason", "scan_id"}),
        is_of_dossier=False,
    ),
    "electronic_copies": SealedTable(
        key=("copy_id",),
        groups={
            "given": _columns("agency agency_name draft_id drafted_by drafted_at"),
            "course": _columns("file_id issued_by issued_by_name issued_at"),
        },
        is_of_dossier=False,
    ),
    "control_slip": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "dossier_id version kind step giver_agency giver_unit giver_role given_at receiver_agency"
                " receiver_unit receiver_role due_at punctuality"
            ),
            "giver": _columns("giver_subject giver_name note"),
            "course": _columns("received_at taken_back_at"),
            "receiver": _columns("receiver_subject receiver_name"),
        },
    ),
    "late_entries": SealedTable(
        key=("id",),
        groups={
            "given": _columns(
                "agency unit entered_by entered_by_name reason body_sealed entered_at received_at"
            ),
            "course": _columns("version state decided_by note decided_at dossier_id"),
        },
        is_of_dossier=False,
    ),
    "row_heads": SealedTable(
        key=("dossier_id",),
        groups={
            "entries": _columns("entries"),
            "evidence": _columns("evidence"),
            "slips": _columns("slips last_slip"),
            "results": _columns("results"),
        },
        later=frozenset({"last_slip"}),
    ),
    "drafts": SealedTable(
        key=("id",),
        groups={
            "whose": _columns("subject procedure_code group_code created_at"),
            "content": _columns("content_sealed"),
        },
        unsealed={
            "version": "counted with every change",
            "state": "OPEN or past; what is past is opened to nobody",
            "changed_at": "when it was last kept",
            "expires_at": "a day it is forgotten on; the content goes with it",
            "noticed_at": "that its end was told",
            "dossier_id": "what came of it; the dossier is sealed itself",
        },
        is_of_dossier=False,
    ),
    "exports": SealedTable(
        key=("id",),
        groups={
            "asked": _columns("asked_by agency format asked as_of asked_at"),
            "written": _columns("state rows_done rows_all finished_at sha256 size failure"),
        },
        unsealed={"version": "counted by the database with every move"},
        is_of_dossier=False,
    ),
    "due_commands": SealedTable(
        key=("id",),
        groups={
            "asked": _columns("calendar agency reason legal_basis asked_by asked_by_name asked_at"),
            "course": _columns("version state reached approved_by approved_by_name approved_at done_at"),
        },
        is_of_dossier=False,
    ),
    "due_moves": SealedTable(
        key=("command_id", "dossier_id"),
        groups={
            "given": _columns("dossier_code previous_due_at due_at"),
            "outcome": _columns("outcome applied_at"),
        },
        is_of_dossier=False,
    ),
    "archive_packages": SealedTable(
        key=("id",),
        groups={
            "given": _columns("batch_id dossier_id code"),
            "course": _columns(
                "version state dossier_version sha256 size files archive_code built_at answered_at"
            ),
            "why": _columns("reason"),
        },
    ),
    "procedures": SealedTable(
        key=("code", "version"),
        groups={
            "told": _columns("sequence data"),
            # All that a choice among versions is made by: proved of every one of them, without the documents.
            "choice": _columns("valid_from performing process line takes_new"),
        },
        later=frozenset({"line", "takes_new"}),
        is_of_dossier=False,
    ),
    "processes": SealedTable(
        key=("code", "version"), groups={"told": _columns("sequence data")}, is_of_dossier=False
    ),
    "forms": SealedTable(key=("code", "sequence"), groups={"told": _columns("data")}, is_of_dossier=False),
    "calendars": SealedTable(
        key=("code", "year"),
        groups={"told": _columns("data"), "choice": _columns("sequence")},
        is_of_dossier=False,
    ),
    "calendar_versions": SealedTable(
        key=("code", "year", "sequence"),
        groups={"told": _columns("data"), "choice": _columns("decided_at")},
        is_of_dossier=False,
    ),
    "agencies": SealedTable(
        key=("code",),
        groups={
            "told": _columns(
                "sequence name kind level calendar one_stop_name address phone place valid_to successors"
                " continuing continuing_by took_over valid_from parent"
            ),
            "units": _columns("units unit_names"),
        },
        later=frozenset({"valid_from", "parent"}),
        unsealed={
            "heard_at": "when it was heard; says only how long a job looks for dossiers to continue",
            "continued_at": "that none was left; a job's own",
            "continued_by": "who went on before its end was told anew; says only what a job looks at again",
        },
        is_of_dossier=False,
    ),
    "staff": SealedTable(
        key=("subject",),
        groups={"told": _columns("sequence agency acts_for away_until data")},
        is_of_dossier=False,
    ),
    "outside_requests": SealedTable(
        key=("id",),
        groups={
            "asked": _columns("dossier_id step system"),
            "payload": _columns("payload"),
            # Moved by whoever leaves the step, without having read the rest.
            "state": _columns("state"),
            "answer": _columns("outcome answered_at"),
            "evidence": _columns("evidence"),
            "due": _columns("due_at"),
        },
        unsealed={
            "attempts": "a job's own: how often it tried",
            "next_attempt_at": "a job's own: when it tries next",
            "last_failure": "a job's own: what the last try ran into",
        },
    ),
    "mirrors": SealedTable(
        key=("id",),
        groups={
            "told": _columns(
                "version source outside_code route procedure_code procedure_name sector agency agency_name"
                " submitted_at accepted_at due_at"
            ),
            "owner": _columns("owner_sealed secret_hash"),
            "linked": _columns("dossier_id linked_at follows_since follow_at"),
        },
        unsealed={"counted_at": "since when statistics know it: `rebuild-figures --check` proves them"},
    ),
    "mirror_statuses": SealedTable(
        key=("mirror_id", "at", "status"),
        groups={"told": _columns("text received_at version accepted_at due_at")},
        is_of_dossier=False,
    ),
    "interlinked_parents": SealedTable(
        key=("id",),
        groups={
            "given": _columns("reference origin channel submitted_at lead_agency group_data"),
            "whose": _columns("owner_subject submitter_subject owner_index secret_hash"),
            "course": _columns(
                "version state outcome agencies expected_at due_at original_due_at ended_at is_withdrawn work"
                " owner_name contact_sealed"
            ),
            # Written also where nothing else changed: when news were only looked at.
            "kept": _columns("look_at parties_sealed form_sealed"),
        },
        is_of_dossier=False,
    ),
    "interlinked_children": SealedTable(
        key=("parent_id", "procedure_code"),
        groups={
            "given": _columns("position dossier_id"),
            "course": _columns("status source outside_code data looked"),
            "told": _columns("told_version told"),
        },
        is_of_dossier=False,
    ),
    "interlinked_history": SealedTable(
        key=("parent_id", "version"),
        groups={"given": _columns("event_id type at"), "said": _columns("actor data")},
        is_of_dossier=False,
    ),
    "interlinked_groups": SealedTable(
        key=("code",), groups={"told": _columns("sequence data")}, is_of_dossier=False
    ),
    "desk_points": SealedTable(
        key=("code",),
        groups={"told": _columns("sequence agency name address calendar covered valid_from valid_to")},
        is_of_dossier=False,
    ),
}
"""By table. `late_entries.dossier_id` is what came of it, part of its course."""
BOOKS = tuple(SEALED["row_heads"].groups)
"""What a dossier's head counts: lines of the ledger, evidence, rows of the control slip, results."""
