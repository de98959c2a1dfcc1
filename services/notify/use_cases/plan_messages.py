"""Turns one event into the messages it asks for; they commit with the event's inbox row."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.notify.domain.contacts import Contact, first_open, masked
from services.notify.domain.events import message_unplannable
from services.notify.domain.messages import Channel, Message, MessageState, Skip, message_id
from services.notify.domain.notices import Audience, Category, Desk, Notice, Occurrence, person_key
from services.notify.domain.timing import is_too_old
from services.notify.use_cases.ports import Work


async def plan_messages(occurrence: Occurrence, *, work: Work, now: datetime) -> None:
    """Plan every message of this event: one over the first open channel, and one in each inbox.

    About an event too old to be told (`House.latest_notice`), what would leave the house is kept as LAPSED
    and nothing is published; inboxes are filled as ever, so that a rebuild gives them back.
    A sealed part that does not open is raised: it is a wrong key or a broken message, never "no contact".
    """
    contact = _contact(occurrence, work)
    secrets = {
        name: work.seals.open(text, purpose="contact") for name, text in occurrence.sealed_facts.items()
    }
    house = {"name": contact.name, "site": work.house.public_url, "hotline": work.house.hotline}
    facts = {**occurrence.facts, **house, **secrets}
    planned: list[Message] = []
    for notice in work.templates.for_event(occurrence.type):
        if notice.audience in occurrence.not_told:
            continue
        writer = _Writer(occurrence, notice, facts, work, now)
        if notice.audience is Audience.APPLICANT:
            is_refused = notice.category is not Category.STATUTORY and await work.opt_outs.has(
                occurrence.subjects, notice.category
            )
            planned += writer.to_applicant(contact, is_refused=is_refused)
        elif notice.audience is Audience.READER:
            planned += writer.to_applicant(contact, is_refused=False)
        elif notice.audience is Audience.DESKS:
            planned += [message for desk in occurrence.desks for message in writer.to_desk(desk)]
            planned += [writer.to_officer(subject) for subject in occurrence.people]
        else:
            planned += writer.to_desk(
                occurrence.step if notice.audience is Audience.STEP else occurrence.one_stop
            )
    if planned:
        work.messages.add(planned)
    if _is_past(occurrence, work, now):
        return
    for message in planned:
        if message.is_failed and message.reason == "NO_CONTACT":
            work.record(message_unplannable(message, at=now))


def _is_past(occurrence: Occurrence, work: Work, now: datetime) -> bool:
    return is_too_old(occurrence.occurred_at, now=now, limit=work.house.latest_notice)


def _contact(occurrence: Occurrence, work: Work) -> Contact:
    if occurrence.contact is None:
        return Contact()
    opened = work.seals.open(occurrence.contact, purpose="contact")
    given = opened if isinstance(opened, Mapping) else {}
    return Contact(*(str(given.get(part) or "") for part in ("name", "phone", "email")))


class _Writer:
    """Writes the messages of one notice about one occurrence."""

    def __init__(
        self, occurrence: Occurrence, notice: Notice, facts: Mapping[str, Any], work: Work, now: datetime
    ) -> None:
        self._occurrence = occurrence
        self._notice = notice
        self._facts = facts
        self._work = work
        self._now = now
        self._is_past = _is_past(occurrence, work, now)

    def to_desk(self, desk: Desk | None) -> Iterator[Message]:
        """Write to officers' shared inbox; a step that is nobody's here has none."""
        if desk is not None:
            yield self._in_app(desk.key, ())

    def to_applicant(self, contact: Contact, *, is_refused: bool) -> Iterator[Message]:
        """Write over the first open channel and into the inbox of every account the applicant has."""
        route = first_open(contact, self._notice.channels)
        known = f"{route.address}" or f"{self._occurrence.dossier_id or self._occurrence.event_id}"
        key = f"contact:{self._work.seals.blind_index(known, purpose='recipient').hex()}"
        if is_refused:
            first = next(iter(self._notice.channels), Channel.IN_APP)
            yield self._message(key, first, "", state=MessageState.FAILED_PERMANENT, reason="OPTED_OUT")
            return
        if route.channel is not None:
            yield self._message(key, route.channel, route.address, skipped=route.skipped)
        elif route.skipped and not self._occurrence.subjects:
            yield self._message(
                key,
                route.skipped[0].channel,
                "",
                state=MessageState.FAILED_PERMANENT,
                reason="NO_CONTACT",
                skipped=route.skipped,
            )
        unreached = route.skipped if route.channel is None else ()
        for subject in self._occurrence.subjects:
            yield self._in_app(person_key(subject), unreached)

    def to_officer(self, subject: str) -> Message:
        """Return the message in an officer's own inbox."""
        return self._in_app(person_key(subject), ())

    def _in_app(self, key: str, skipped: tuple[Skip, ...]) -> Message:
        return self._message(key, Channel.IN_APP, "", state=MessageState.SENT, skipped=skipped)

    def _message(
        self,
        key: str,
        channel: Channel,
        address: str,
        *,
        state: MessageState = MessageState.PLANNED,
        reason: str = "",
        skipped: tuple[Skip, ...] = (),
    ) -> Message:
        if state is MessageState.PLANNED and self._is_past:
            state, reason = MessageState.LAPSED, "TOO_OLD"
        return Message(
            id=message_id(self._occurrence.event_id, key, self._notice.template, channel),
            event_id=self._occurrence.event_id,
            recipient_key=key,
            template=self._notice.template,
            template_version=self._notice.version,
            channel=channel,
            address=address,
            address_masked=masked(channel, address),
            text=self._work.templates.render(self._notice, channel, self._facts),
            state=state,
            not_before=self._work.house.quiet_hours.earliest(channel, self._now),
            created_at=self._now,
            dossier_id=self._occurrence.dossier_id,
            agencies=self._occurrence.agencies,
            reason=reason,
            skipped=skipped,
        )
