"""The national axis of documents: how it is reached, who signs, what is believed."""

import json
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from kernel.settings import KernelSettings, UnsafeSetting
from services.gateway.domain.documents.axis_http import AxisAccount
from services.gateway.domain.documents.profile import NAMESPACE, Bounds, Profile
from services.gateway.domain.documents.signed import Required
from services.gateway.domain.portal.telling.ledger import Backoff
from services.gateway.settings.samples import samples_among
from services.gateway.use_cases.documents.ports import Office, Signatures

SAMPLE_SECRET = "bi-mat-truc-thu-nghiem"  # noqa: S105 - the simulator's, refused in production.


class DocumentsPart(KernelSettings):
    """Documents between offices; without a folder or an address there are none."""

    documents_folder: str = Field(
        default="", description="folder shared with the e-office's agent of the document axis; empty: no axis"
    )
    documents_url: str = Field(
        default="", description="the axis over HTTP instead of through a folder; empty: not so"
    )
    documents_system_id: str = Field(default="", description="as whom the axis is called")
    documents_secret: SecretStr = SecretStr("")
    documents_paths: dict[Literal["send", "sent", "received", "content", "status"], str] = Field(
        default={}, description="the axis' paths where they are not its client library's"
    )
    documents_header_prefix: str = "XroadVnpt-"
    documents_own_name: str = Field(
        default="senderDocId", description="header and list member with our id of a message; empty: none"
    )
    documents_retry_codes: list[str] = Field(
        default=[], description="values of ErrorCode after which a message is tried again, not refused"
    )
    documents_short_hash: bool = Field(default=True, description="hash-file without leading zeros")
    documents_timeout_seconds: float = Field(default=60, gt=0, le=600)
    documents_namespace: str = NAMESPACE
    documents_status_element: Literal["Status", "MessageStatus"] = "Status"
    documents_old_identifiers: bool = Field(default=False, description="write agencies as 000.00.01.H99")
    documents_zip_attachments: bool = Field(default=False, description="each file inside a zip of its own")
    documents_tell_digests: bool = Field(default=True, description="SHA-256 in each file's description")
    documents_signing_keys: SecretStr = Field(
        default=SecretStr("{}"),
        description='JSON by agency: {"file", "passphrase"} of PKCS#12; what it sends is signed',
    )
    documents_trust_folder: str = Field(
        default="",
        description="roots/, intermediates/, crls/ (PEM or DER) for what comes; empty: signatures are noted",
    )
    documents_signers: dict[str, list[str]] = Field(
        default={},
        description="SHA-256 of certificates an agency signs with; of others the subject names the agency",
    )
    documents_signature_required: Required = Field(
        default=Required.NOTHING, description="of what comes in: NOTHING, DOCUMENTS or EVERYTHING"
    )
    documents_place: str = Field(default="", description="place of issue; empty: the sender's name")
    documents_sphere: str = ""
    documents_megabytes: int = Field(default=64, ge=1, le=512, description="of a message that comes in")
    documents_first_retry_seconds: float = Field(default=5, gt=0)
    documents_longest_retry_seconds: float = Field(default=3600, gt=0)
    documents_silent_hours: int = Field(
        default=48, ge=1, le=8760, description="without a receipt for so long: people should look"
    )

    @field_validator("documents_signing_keys")
    @classmethod
    def _are_signing_keys(cls, value: SecretStr) -> SecretStr:
        try:
            told = json.loads(value.get_secret_value())
        except ValueError as error:
            raise UnsafeSetting("JSON by agency") from error
        if not isinstance(told, dict) or not all(
            isinstance(one, dict) and isinstance(one.get("file"), str) for one in told.values()
        ):
            raise UnsafeSetting('each key is {"file", "passphrase"}')
        return value

    @model_validator(mode="after")
    def _believes_somebody(self) -> Self:
        if self.documents_signature_required is not Required.NOTHING and not self.documents_trust_folder:
            raise UnsafeSetting("documents_signature_required: nothing is believed without trusted roots")
        if self.documents_url and (self.documents_folder or not self.documents_secret.get_secret_value()):
            raise UnsafeSetting("documents_url: one way to the axis, and a secret for it")
        return self

    def axis_account(self) -> AxisAccount | None:
        """Return how the axis is called over HTTP, None when it is not."""
        if not self.documents_url:
            return None
        paths = {f"{name}_path": path for name, path in self.documents_paths.items()}
        return AxisAccount(
            url=self.documents_url.rstrip("/"),
            system_id=self.documents_system_id,
            secret=self.documents_secret.get_secret_value(),
            prefix=self.documents_header_prefix,
            own_name=self.documents_own_name,
            retry_codes=frozenset(self.documents_retry_codes),
            short_hash=self.documents_short_hash,
            timeout_seconds=self.documents_timeout_seconds,
            **paths,
        )

    def document_keys(self) -> dict[str, dict[str, str]]:
        """Return the keys agencies sign documents with."""
        told: dict[str, dict[str, str]] = json.loads(self.documents_signing_keys.get_secret_value())
        return told

    def office(self, signatures: Signatures) -> Office:
        """Return how this office writes documents and how patient it is."""
        return Office(
            profile=Profile(
                namespace=self.documents_namespace,
                status_element=self.documents_status_element,
                old_identifiers=self.documents_old_identifiers,
                zips_attachments=self.documents_zip_attachments,
                tells_digests=self.documents_tell_digests,
            ),
            bounds=Bounds(bytes=self.documents_megabytes * 1_048_576),
            backoff=Backoff(self.documents_first_retry_seconds, self.documents_longest_retry_seconds),
            place=self.documents_place,
            sphere=self.documents_sphere,
            signatures=signatures,
            required=self.documents_signature_required,
        )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add the sample of the simulator and a way everybody can read along."""
        found = super().unsafe()
        if self.documents_url:
            found += samples_among(self, {"documents_secret": SAMPLE_SECRET})
        if self.documents_url and not self.documents_url.startswith("https://"):
            found.append(("documents_url", "not https"))
        return found
