"""A login session at one HPE OneView, and the interface version that is spoken with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from drivers.live.answer import NO_ANSWER, Answer
from drivers.live.client import Client
from drivers.live.secret import Secret
from drivers.oneview.fields import number

NEWEST: Final = 4600
"""The newest interface version that the watch knows."""
OLDEST: Final = 300

Support: TypeAlias = Literal["supported", "too-old", "too-new"]
PasswordSource: TypeAlias = Callable[[], Awaitable[Secret]]


class NoPasswordError(Exception):
    """The password cannot be had. The text is one line for people, and says nothing of it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, and where the password comes from; it is asked for when it is needed."""

    user: str
    password: PasswordSource = field(repr=False)
    domain: str = "local"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What came of comparing interface versions."""

    version: int
    support: Support
    range: str


def choose_version(minimum: int, current: int, wanted: int | None) -> Spoken:
    """The version to speak with a host that speaks `minimum` to `current`.

    One that is wanted and lies outside is told so; the nearest is spoken, for what it is worth.
    """
    own = wanted if wanted is not None else max(OLDEST, min(current, NEWEST))
    support: Support = "supported"
    if own < minimum:
        support = "too-old"
    elif own > current:
        support = "too-new"
    return Spoken(max(minimum, min(own, current)), support, f"{minimum} to {current}")


async def agree_on_version(client: Client, wanted: int | None) -> tuple[Answer, Spoken | None]:
    """Ask a host which versions it speaks, and use one; none where it does not say."""
    answer = await client.versions()
    body = answer.body if isinstance(answer.body, dict) else {}
    minimum, current = number(body, "minimumVersion"), number(body, "currentVersion")
    if not answer.is_read or current is None:
        return answer, None
    spoken = choose_version(minimum or 0, current, wanted)
    client.version = spoken.version
    return answer, spoken


async def log_in(client: Client, credentials: Credentials) -> tuple[Answer, bool]:
    """Open a session; whether the login itself was refused, rather than not answered.

    Raises:
        NoPasswordError: there is no password to log in with.
    """
    password = await credentials.password()
    answer = await client.log_in(credentials.user, password, credentials.domain)
    refused = answer.outcome in ("unauthorized", "forbidden") or answer.status in (400, 422)
    return answer, refused and answer.outcome not in NO_ANSWER


async def is_let_in(
    clients: Sequence[Client], credentials: Credentials, wanted: int | None
) -> bool | None:
    """Whether a name and a password open a session at the first host that answers; it is ended at
    once. None where no host says.

    Raises:
        NoPasswordError: there is no password to log in with.
    """
    for client in clients:
        _, spoken = await agree_on_version(client, wanted)
        if spoken is None:
            continue
        answer, refused = await log_in(client, credentials)
        await client.log_out()
        if answer.outcome == "ok" or refused:
            return not refused
    return None
