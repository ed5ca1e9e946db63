"""Asks one host of a deployment, in its interface version and with its session's token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol

import msgspec

from drivers.live.answer import Answer, Known, Outcome
from drivers.live.secret import Secret
from drivers.live.transport import SESSIONS, NoAnswer, RawAnswer, Transport

LONGEST_PAUSE: Final = 900.0
"""Seconds; a host that asks to be left alone for longer is asked again then all the same."""
_PLAIN: Final = {"Accept": "application/json"}
_NOT_LET_IN: Final = frozenset({400, 401, 403, 422})
_OUTCOMES: Final[dict[int, Outcome]] = {
    304: "unchanged",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    412: "wrong-version",
    429: "busy",
    503: "busy",
}


class Keeper(Protocol):
    """Whoever wants to keep the answers themselves."""

    def keep(self, uri: str, body: Any, read_at: datetime) -> None:
        """Keep one answer."""
        ...


class Client:
    """One host. Every answer is an `Answer`; nothing that a host says or leaves out raises."""

    def __init__(
        self, transport: Transport, wall: Callable[[], datetime], keeper: Keeper | None = None
    ) -> None:
        self._transport = transport
        self._wall = wall
        self._keeper = keeper
        self.version: int | None = None
        """The interface version that is asked for; None: the header is left out."""
        self.token: Secret | None = None

    async def get(self, path: str, known: Known | None = None) -> Answer:
        """Read something; `known` is what was read last, to tell whether it is still the same."""
        headers = self._headers()
        if known is not None and known.tag:
            headers["If-None-Match"] = known.tag
        asked_at = self._wall()
        raw = await self._transport.send("GET", path, headers)
        answer = self._read(raw, asked_at, known)
        if self._keeper is not None and answer.outcome == "ok":
            self._keeper.keep(path, answer.body, asked_at)
        return answer

    async def versions(self) -> Answer:
        """Read which interface versions the host speaks; that takes neither version nor session."""
        asked_at = self._wall()
        raw = await self._transport.send("GET", "/rest/version", dict(_PLAIN))
        return self._read(raw, asked_at, None)

    async def log_in(self, user: str, password: Secret, domain: str) -> Answer:
        """Open a login session; `token` is set where that succeeds. The answer has no body."""
        said = {"userName": user, "password": password.reveal(), "authLoginDomain": domain}
        headers = self._headers() | {"Content-Type": "application/json"}
        headers.pop("auth", None)
        asked_at = self._wall()
        raw = await self._transport.send("POST", SESSIONS, headers, msgspec.json.encode(said))
        answer = self._read(raw, asked_at, None)
        body = answer.body
        token = body.get("sessionID") if isinstance(body, dict) else None
        if (
            answer.outcome == "ok"
            and isinstance(token, str)
            and token.isascii()
            and token.isprintable()
            and token
        ):
            self.token = Secret(token)
        elif answer.outcome == "ok":
            return Answer("broken", answer.status, detail="a login without a session")
        detail = answer.detail
        if answer.status in _NOT_LET_IN:
            # Its own words could repeat what was sent.
            detail = f"{detail}: the name, the password or the domain is not right"
        return Answer(
            answer.outcome, answer.status, None, answer.clock_offset, answer.retry_after, detail
        )

    async def log_out(self) -> None:
        """End the login session, if there is one."""
        if self.token is not None:
            headers = self._headers()
            self.token = None
            await self._transport.send("DELETE", SESSIONS, headers)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._transport.close()

    def _headers(self) -> dict[str, str]:
        headers = dict(_PLAIN)
        if self.version is not None:
            headers["X-API-Version"] = str(self.version)
        if self.token is not None:
            headers["auth"] = self.token.reveal()
        return headers

    def _read(self, raw: RawAnswer | NoAnswer, asked_at: datetime, known: Known | None) -> Answer:
        if isinstance(raw, NoAnswer):
            return Answer(raw.why, detail=raw.detail)
        offset = _clock_offset(raw.headers.get("date", ""), asked_at, self._wall())
        pause = _retry_after(raw.headers.get("retry-after", ""), self._wall())
        outcome = _OUTCOMES.get(raw.status, "ok" if 200 <= raw.status < 300 else "other")
        if outcome == "unchanged" and known is not None:
            return Answer(outcome, raw.status, known, offset)
        if outcome == "unchanged":
            return Answer("broken", raw.status, None, offset, detail="unchanged, of nothing read")
        if outcome != "ok":
            detail = f"status {raw.status}"
            return Answer(outcome, raw.status, None, offset, pause, detail)
        digest = hashlib.blake2b(raw.body, digest_size=16).digest()
        if known is not None and digest == known.digest:
            return Answer("unchanged", raw.status, known, offset)
        try:
            body = msgspec.json.decode(raw.body) if raw.body else None
        except (ValueError, RecursionError):
            return Answer("broken", raw.status, None, offset, detail="the answer is no JSON")
        made = Known(body, digest, raw.headers.get("etag", ""), len(raw.body))
        return Answer("ok", raw.status, made, offset)


def _clock_offset(date: str, asked_at: datetime, answered_at: datetime) -> timedelta | None:
    try:
        said = parsedate_to_datetime(date)
    except (ValueError, IndexError, TypeError):
        return None
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    # The header knows whole seconds; on average half a second has passed since.
    middle = asked_at + (answered_at - asked_at) / 2
    try:
        return said.astimezone(UTC) + timedelta(seconds=0.5) - middle
    except OverflowError:
        return None


def _retry_after(said: str, now: datetime) -> float | None:
    said = said.strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(said)
        seconds = (until - now).total_seconds()
    except (ValueError, IndexError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)
