"""Notify's stores around one unit of work."""

from dataclasses import dataclass

from kernel.core.event import Event
from kernel.postgres.unit_of_work import UnitOfWork
from services.notify.store.inboxes import PostgresInboxes, PostgresSentMessages
from services.notify.store.messages import PostgresMessages
from services.notify.store.opt_outs import PostgresOptOuts
from services.notify.use_cases.ports import House, MailProvider, Seals, SmsProvider, Templates


@dataclass(frozen=True, slots=True)
class Resources:
    """What lives as long as the process."""

    seals: Seals
    templates: Templates
    house: House
    mail: MailProvider
    sms: SmsProvider


class PostgresWork:
    """Everything a handler may write; it commits with the message or the request."""

    def __init__(self, unit: UnitOfWork, resources: Resources) -> None:
        self.unit = unit
        self.seals = resources.seals
        self.templates = resources.templates
        self.house = resources.house
        self.messages = PostgresMessages(unit, resources.seals)
        self.inboxes = PostgresInboxes(unit, resources.seals)
        self.sent = PostgresSentMessages(unit)
        self.opt_outs = PostgresOptOuts(unit)

    def record(self, event: Event) -> None:
        """Publish this event if the unit commits."""
        self.unit.record(event)
