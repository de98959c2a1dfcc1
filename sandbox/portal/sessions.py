"""Sessions of section 4: opaque strings that run out. Kept in memory, so a restart forgets them."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from kernel.core.clock import Clock


class Sessions:
    """Who is signed in, and until when."""

    def __init__(self, accounts: Mapping[str, str], lifetime: timedelta, clock: Clock) -> None:
        self._accounts = accounts
        self._lifetime = lifetime
        self._clock = clock
        self._until: dict[str, datetime] = {}

    def open(self, username: str, password: str) -> str | None:
        """Return a new session, or None when the name or the password is wrong."""
        expected = self._accounts.get(username)
        if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
            return None
        now = self._clock.now()
        self._until = {session: until for session, until in self._until.items() if until > now}
        session = secrets.token_hex(16)
        self._until[session] = now + self._lifetime
        return session

    def is_open(self, session: str) -> bool:
        """Tell whether a session is known and has not run out."""
        until = self._until.get(session)
        return until is not None and self._clock.now() < until

    def forget_all(self) -> None:
        """End every session, as the portal sometimes does."""
        self._until.clear()
