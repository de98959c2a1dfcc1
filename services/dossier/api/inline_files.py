"""Files that come inside a request, as base64: opened and kept durably before a word of them is written."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kernel.core.caller import Caller
from kernel.core.errors import Invalid
from kernel.core.ids import new_id
from services.dossier.use_cases import ports
from services.dossier.use_cases.keep_attachment import looked_through, typed_file
from services.dossier.use_cases.ports import Attachment


class InlineFile(Protocol):
    """What such a file says of itself."""

    name: str
    component_code: str
    sha256: str | None
    content_base64: str


async def kept_inline(
    items: Sequence[InlineFile], *, by: Caller, work: ports.Work, now: datetime, path: str = "attachments"
) -> list[Attachment]:
    """Keep the contents, all or none: a refused file leaves nothing behind."""
    kept, contents = [], []
    # A machine brings many people's dossiers: each message takes turns like a person.
    caller = f"{by.subject} {new_id()}"
    for place, item in enumerate(items):
        content = _content(f"{path}.{place}", item)
        attachment = typed_file(content, item.name, item.component_code, by.subject, work, now)
        attachment = await looked_through(content, attachment, work, now, caller=caller)
        contents.append(content)
        kept.append(attachment)
    for content in contents:
        await work.files.put(content)
    return kept


def _content(path: str, item: InlineFile) -> bytes:
    try:
        content = base64.b64decode(item.content_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid(fields=[(f"{path}.content_base64", "Không phải base64")]) from error
    if item.sha256 is not None and hashlib.sha256(content).hexdigest() != item.sha256:
        raise Invalid(fields=[(f"{path}.sha256", "Nội dung không khớp mã băm")])
    return content
