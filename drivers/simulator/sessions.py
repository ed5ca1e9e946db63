"""Login sessions, as HPE OneView hands them out and an Image Streamer accepts them too."""

from __future__ import annotations

import hmac
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass
class Sessions:
    """The sessions that are open."""

    user: str
    password: str = field(repr=False)
    idle: timedelta
    """How long one lives without being used."""
    random: random.Random = field(repr=False)
    _used: dict[str, datetime] = field(default_factory=dict, repr=False)

    def log_in(self, user: str, password: str, now: datetime) -> str | None:
        """A new session's token, or None where user or password are wrong."""
        right = hmac.compare_digest(user.encode(), self.user.encode())
        if not (hmac.compare_digest(password.encode(), self.password.encode()) and right):
            return None
        token = "".join(self.random.choices(_ALPHABET, k=32))
        self._used[token] = now
        return token

    def accepts(self, token: str, now: datetime) -> bool:
        """Whether a token is of an open session; to use one keeps it open."""
        used = self._used.get(token)
        if used is None:
            return False
        if now - used > self.idle:
            del self._used[token]
            return False
        self._used[token] = now
        return True

    def log_out(self, token: str) -> None:
        """End a session."""
        self._used.pop(token, None)

    def expire_all(self) -> None:
        """End every session, as a restart of HPE OneView does."""
        self._used.clear()

    @property
    def open(self) -> int:
        """How many have been neither ended nor found expired."""
        return len(self._used)
