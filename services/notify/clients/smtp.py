"""Mail over SMTP: connections are kept and used again; a failure closes its connection."""

from collections import deque
from datetime import datetime
from uuid import UUID

import aiosmtplib

from services.notify.clients.mail_bytes import MailForm
from services.notify.domain.messages import Text
from services.notify.use_cases.ports import PermanentFailure, TemporaryFailure

_PERMANENT = 500


class SmtpMail:
    """Sends mail through one relay; as many connections as messages in flight."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: str,
        username: str,
        password: str,
        sender: str,
        sender_name: str,
        timeout_seconds: float,
    ) -> None:
        self._options = {
            "hostname": host,
            "port": port,
            "use_tls": security == "tls",
            "start_tls": security == "starttls",
            "username": username or None,
            "password": password or None,
            "timeout": timeout_seconds,
        }
        self._sender = sender
        self._form = MailForm(sender=sender, sender_name=sender_name)
        self._idle: deque[aiosmtplib.SMTP] = deque()

    async def send_mail(self, *, message_id: UUID, to: str, text: Text, at: datetime) -> str:
        """Hand a mail over and return the relay's answer; its Message-ID is made of `message_id`."""
        mail = self._form.write(message_id=message_id, to=to, text=text, at=at)
        connection = await self._connected()
        try:
            _, answer = await connection.sendmail(self._sender, [to], mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            self._idle.append(connection)
            raise _of_code(error.recipients[0].code, "RECIPIENT") from error
        except aiosmtplib.SMTPSenderRefused as error:
            # Our own address is refused: a setting to mend, not this recipient's fault.
            self._drop(connection)
            raise TemporaryFailure(f"SENDER_{error.code}") from error
        except aiosmtplib.SMTPResponseException as error:
            self._drop(connection)
            raise _of_code(error.code, "MAIL") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop(connection)
            raise TemporaryFailure(type(error).__name__) from error
        self._idle.append(connection)
        return answer[:200]

    async def close(self) -> None:
        """End every idle connection."""
        while self._idle:
            self._drop(self._idle.pop())

    async def _connected(self) -> aiosmtplib.SMTP:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_connected:
                return connection
        connection = aiosmtplib.SMTP(**self._options)  # type: ignore[arg-type]  # one dictionary of mixed options
        try:
            await connection.connect()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            self._drop(connection)
            raise TemporaryFailure(type(error).__name__) from error
        return connection

    def _drop(self, connection: aiosmtplib.SMTP) -> None:
        connection.close()


def _of_code(code: int, what: str) -> TemporaryFailure | PermanentFailure:
    kind = PermanentFailure if code >= _PERMANENT else TemporaryFailure
    return kind(f"{what}_{code}")
