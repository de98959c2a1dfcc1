"""The templates that come with the package: read once, checked at once, rendered in a sandbox."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel, ConfigDict, Field

from kernel.core.clock import VIETNAM
from services.notify.domain.errors import TemplateBroken
from services.notify.domain.messages import Channel, Text
from services.notify.domain.notices import Audience, Category, Notice

SMS_LENGTH = 160
_BUDGETS = ((48, 48), (40, 36), (36, 28), (30, 24), (24, 24), (18, 24), (14, 20), (12, 16), (8, 12), (8, 8))
"""Lengths of the procedure's name and of other names tried for a text message, until the whole fits."""
_FOLDER = Path(__file__).parents[1] / "templates"
_NUMBER = re.compile(r"(?<!\d)(\d{3})(?:\d{4}|\d{7})(\d{2})(?!\d)")


class _Layout(BaseModel):
    """What stands around every text of a channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: str
    reader: str = "{{ text }}"
    in_app: str


class _Source(BaseModel):
    """One template file; `channels` are tried in this order, in-app comes always."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    events: list[str] = Field(min_length=1)
    audience: Audience
    category: Category = Category.STATUTORY
    channels: list[Channel] = []
    subject: str = Field(min_length=1)
    body: str = Field(min_length=1)
    sms: str | None = None


@dataclass(frozen=True, slots=True)
class _Compiled:
    notice: Notice
    subject: Template
    body: Template
    sms: Template | None


class PackagedTemplates:
    """Every template of the folder, compiled."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        # Plain text, never HTML: escaping would show people `&amp;`.
        self._environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            moment=moment, day=day, no_numbers=without_identity_numbers, dong=dong
        )
        layout = _Layout.model_validate(_read(folder / "layout.yaml"))
        self._layouts = {
            Channel.EMAIL: self._environment.from_string(layout.email),
            Channel.IN_APP: self._environment.from_string(layout.in_app),
        }
        self._reader = self._environment.from_string(layout.reader)
        files = sorted(path for path in folder.glob("*.yaml") if path.stem != "layout")
        self._templates = {path.stem: self._compile(path) for path in files}
        self._by_event: dict[str, list[Notice]] = {}
        for notice in self.notices:
            for event in notice.events:
                self._by_event.setdefault(event, []).append(notice)

    def for_event(self, event_type: str) -> Sequence[Notice]:
        """Return the notices an event of this type asks for."""
        return self._by_event.get(event_type, ())

    @property
    def notices(self) -> Sequence[Notice]:
        """Every notice there is."""
        return [one.notice for one in self._templates.values()]

    def render(self, notice: Notice, channel: Channel, facts: Mapping[str, Any]) -> Text:
        """Return the text of a notice; raise `TemplateBroken` when it lacks a fact or does not fit."""
        compiled = self._templates[notice.template]
        try:
            if channel is Channel.SMS:
                return Text("", self._text_message(compiled, facts))
            subject = " ".join(_written(compiled.subject, facts).split())
            text = _written(compiled.body, facts).strip()
            layout = self._reader if notice.audience is Audience.READER else self._layouts[channel]
            body = _written(layout, {**facts, "text": text})
        except TemplateError as error:
            raise TemplateBroken(f"{notice.template}: {error}") from error
        whole = re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"
        return Text(subject, whole, str(facts.get("unsubscribe", "")))

    def _text_message(self, compiled: _Compiled, facts: Mapping[str, Any]) -> str:
        if compiled.sms is None:
            raise TemplateBroken(f"{compiled.notice.template} has no text message")
        for for_procedure, for_others in _BUDGETS:
            short = {
                name: _plain_facts(value, for_procedure if name == "procedure" else for_others)
                for name, value in facts.items()
            }
            text = " ".join(_written(compiled.sms, {**short, "site": _site(facts)}).split())
            if len(text) <= SMS_LENGTH:
                return text
        raise TemplateBroken(f"{compiled.notice.template} does not fit a text message")

    def _compile(self, path: Path) -> _Compiled:
        source = _Source.model_validate(_read(path))
        if Channel.SMS in source.channels and source.sms is None:
            raise TemplateBroken(f"{path.name} names SMS and has no text for it")
        notice = Notice(
            template=path.stem,
            version=source.version,
            events=tuple(source.events),
            audience=source.audience,
            category=source.category,
            channels=tuple(source.channels),
        )
        compiled = self._environment.from_string
        return _Compiled(
            notice=notice,
            subject=compiled(source.subject),
            body=compiled(source.body),
            sms=compiled(source.sms) if source.sms is not None else None,
        )


def _written(template: Template, facts: Mapping[str, Any]) -> str:
    """Render with these facts alone: `render` would copy the environment's globals, which none uses."""
    return "".join(template.root_render_func(template.new_context(dict(facts), shared=True)))


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def moment(value: datetime | str | None) -> str:
    """Return an instant as people read it here: `hh:mm dd/mm/yyyy`."""
    return "" if value is None else _local(value).strftime("%H:%M %d/%m/%Y")


def day(value: datetime | str) -> date:
    """Return the day of an instant here, to compare."""
    return _local(value).date()


def _local(value: datetime | str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(VIETNAM)


def dong(amount: int) -> str:
    """Return an amount as people read it here: `12.500.000 đồng`."""
    return f"{amount:,} đồng".replace(",", ".")


def without_identity_numbers(text: str) -> str:
    """Return a text typed by people with 9 and 12 digit numbers masked: they may be identity numbers."""
    return _NUMBER.sub(r"\1***\2", text)


def plain(text: str) -> str:
    """Return a text as every telephone shows it: no diacritics, only characters that count once."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    letters = decomposed.encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9 .,:;/()?!@_+=&'\"*#%<>-]", " ", letters).split())


def shortened(text: str, budget: int) -> str:
    """Return at most `budget` characters, cut at a word."""
    text = text.replace("Uy ban nhan dan", "UBND")
    if len(text) <= budget:
        return text
    head = text[: budget + 1].rpartition(" ")[0] or text[:budget]
    return head.rstrip(" ,;:(-")


def _plain_facts(value: Any, budget: int) -> Any:
    """Return a fact for a text message; names are shortened, codes and links never are."""
    if isinstance(value, str):
        text = plain(value)
        return shortened(text, budget) if " " in text else text
    if isinstance(value, Mapping):
        return {name: _plain_facts(part, budget) for name, part in value.items()}
    return value


def _site(facts: Mapping[str, Any]) -> str:
    return re.sub(r"^https?://", "", str(facts.get("site", "")))
