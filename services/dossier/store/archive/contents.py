"""What a package is made of: everything the database knows of one dossier, read in one statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from kernel.core.clock import VIETNAM
from kernel.core.errors import NotFound
from kernel.postgres.statement import Statement
from kernel.postgres.unit_of_work import UnitOfWork
from services.dossier.domain.archive.bags import Bag, Stored, Text, safe_name
from services.dossier.domain.archive.packages import Batch, Package
from services.dossier.domain.intake.answers import answers_of, corrections_of
from services.dossier.use_cases.archive.ports import Contents
from services.dossier.use_cases.ports import Seals

FORMAT = "motcua-archive-dossier/1"
_PLAIN = (
    "id, version, reference, dossier_code, portal_code, origin, channel, procedure_code, procedure_name,"
    " sector, procedure_version, process_code, process_version, agencies, state, submitted_at, accepted_at,"
    " due_at, original_due_at, ended_at, owner_name, result_delivery, work"
)
_CONTENTS = Statement(
    f"""
    SELECT {_PLAIN}, parties_sealed, form_sealed,
        (SELECT to_jsonb(r) - 'seals' FROM archive_records r WHERE r.dossier_id = d.id) AS record,
        (SELECT json_agg(c ORDER BY position) FROM components c WHERE c.dossier_id = d.id) AS components,
        (SELECT json_agg(json_build_object('id', f.id, 'component_code', f.component_code, 'purpose',
            f.purpose, 'file_name', f.file_name, 'media_type', f.media_type, 'size', f.size, 'sha256',
            encode(f.sha256, 'hex'), 'created_at', f.created_at, 'signatures', f.signatures, 'replaces',
            f.replaces, 'replaced_by', f.replaced_by, 'scan', f.scan) ORDER BY f.id)
         FROM attachments f WHERE f.dossier_id = d.id) AS files,
        (SELECT json_agg(json_build_object('id', p.id, 'kind', p.kind, 'number', p.number, 'legal_set',
            p.legal_set, 'issued_at', p.issued_at, 'issued_by', p.issued_by, 'sha256',
            encode(p.sha256, 'hex'), 'size', p.size, 'superseded_by', p.superseded_by) ORDER BY p.id)
         FROM papers p WHERE p.dossier_id = d.id) AS papers,
        (SELECT json_agg(h ORDER BY h.version) FROM history h WHERE h.dossier_id = d.id) AS history,
        (SELECT json_agg(to_jsonb(e) - 'seals' ORDER BY e.id)
         FROM evidence e WHERE e.dossier_id = d.id) AS evidence,
        (SELECT json_agg(to_jsonb(s) - 'seals' ORDER BY s.version, s.id)
         FROM control_slip s WHERE s.dossier_id = d.id) AS slip,
        (SELECT json_agg(to_jsonb(m) - 'seals' ORDER BY m.sequence)
         FROM payment_entries m WHERE m.dossier_id = d.id) AS money
    FROM dossiers d WHERE id = :id
    """
)
_LISTS = ("components", "files", "papers", "history", "evidence", "slip", "money")
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2


class PackageContents:
    """Reads what goes into packages, and opens what is sealed: the archive receives the whole record."""

    def __init__(self, unit: UnitOfWork, seals: Seals) -> None:
        self._unit = unit
        self._seals = seals

    async def of(self, package: Package, batch: Batch) -> Contents:
        """Return what a package is made of; raise `NotFound`."""
        row = await self._unit.fetch_one(_CONTENTS, id=package.dossier_id)
        if row is None:
            raise NotFound
        lists: dict[str, list[dict[str, Any]]] = {name: row[name] or [] for name in _LISTS}
        # What the scanner found harmful is not handed on; that it was there is.
        files = [
            Stored(f"tep/{one['id']}", *_kept(one)) for one in lists["files"] if one["scan"] != "INFECTED"
        ]
        printed = [one for one in lists["papers"] if one["sha256"]]
        papers = [Stored(f"van-ban/{one['id']}.pdf", *_kept(one)) for one in printed]
        payload: list[Stored | Text] = [
            Text("ho-so.json", self._described(row, lists, batch)),
            Text("lich-su.jsonl", b"".join(_line(entry) for entry in lists["history"])),
            *files,
            *papers,
        ]
        waiting = any(one["scan"] == "WAITING" for one in lists["files"])
        bag = Bag(
            folder=safe_name(package.code),
            source=batch.agency_name,
            external_id=package.code,
            bagged_at=batch.prepared_at,
            payload=payload,
        )
        return Contents(bag, row["version"], ["quarantined_files"] if waiting else [])

    def _described(self, row: Any, lists: dict[str, list[dict[str, Any]]], batch: Batch) -> bytes:
        plain = {name.strip(): row[name.strip()] for name in _PLAIN.split(",")}
        form = self._seals.open(row["form_sealed"], purpose="form")
        told = {
            "format": FORMAT,
            "batch_id": batch.id,
            "dossier": {name: _value(value) for name, value in plain.items()},
            "parties": self._seals.open(row["parties_sealed"], purpose="parties"),
            "form": answers_of(form),
            **({"form_corrections": corrections_of(form)} if corrections_of(form) else {}),
            "retention": row["record"],
            **{name: lists[name] for name in _LISTS if name != "history"},
            "history": _ends(lists["history"]),
        }
        return orjson.dumps(told, option=_OPTIONS, default=str)


def _kept(one: dict[str, Any]) -> tuple[bytes, int]:
    return bytes.fromhex(one["sha256"]), one["size"]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(VIETNAM).isoformat()
    return str(value) if isinstance(value, UUID) else value


def _line(entry: dict[str, Any]) -> bytes:
    return orjson.dumps(entry, option=orjson.OPT_SORT_KEYS) + b"\n"


def _ends(history: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where the chain ends: what a verifier of the platform holds the package against."""
    last = history[-1]
    return {"entries": len(history), "head": last["hash"], "version": last["version"], "key": last["key_id"]}
