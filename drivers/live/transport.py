"""The only door to an appliance: whatever is sent goes through `HttpsTransport.send`.

It can read, open a login session and end it. It can send nothing else, whoever asks for it.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeAlias

import aiohttp
from yarl import URL

from drivers.journal.faults import printable
from drivers.live.trust import Trust, say_fingerprint, shown_fingerprint

SESSIONS: Final = "/rest/login-sessions"
LARGEST_ANSWER: Final = 64 << 20
"""Bytes; a longer answer is not read to its end."""
_BLOCK: Final = 1 << 16

Method: TypeAlias = Literal["GET", "POST", "DELETE"]


class ForbiddenRequestError(Exception):
    """The program tried to send what could change an appliance; that is a fault of its own."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """An answer as it came; the names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer that could be used."""

    why: Literal["silent", "untrusted", "broken"]
    detail: str


class Transport(Protocol):
    """What a client sends its requests through."""

    async def send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> RawAnswer | NoAnswer:
        """Send one request, and wait for its answer."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


def check_allowed(method: str, path: str) -> None:
    """Refuse what could change an appliance.

    Raises:
        ForbiddenRequestError: the request is neither a reading nor about the login session.
    """
    if method == "GET" and path.startswith("/") and not path.startswith("//"):
        return
    if method in ("POST", "DELETE") and path == SESSIONS:
        return
    raise ForbiddenRequestError(f"{printable(method, 20)} {printable(path, 100)} is never sent")


class HttpsTransport:
    """One connection to one host, and one request at a time on it."""

    def __init__(self, address: str, port: int, trust: Trust, *, patience: float = 20.0) -> None:
        """Name a host; nothing is sent yet. `patience` is in seconds for each whole answer."""
        self._origin = URL.build(scheme="https", host=address, port=port)
        self._trust = trust
        self._patience = patience
        self._turn = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> RawAnswer | NoAnswer:
        """Send one request, and wait for its answer.

        Raises:
            ForbiddenRequestError: it could change an appliance.
        """
        check_allowed(method, path)
        async with self._turn:
            try:
                async with asyncio.timeout(self._patience):
                    return await self._send(method, path, headers, body)
            except TimeoutError:
                return NoAnswer("silent", f"no answer within {self._patience:g} s")
            except (aiohttp.ServerFingerprintMismatch, aiohttp.ClientSSLError) as error:
                return NoAnswer("untrusted", await self._why_untrusted(error))
            except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError, ValueError) as error:
                return NoAnswer("broken", _said(error))
            except (aiohttp.ClientError, OSError) as error:
                return NoAnswer("silent", _said(error))
            except Exception:  # noqa: BLE001  # whatever a library trips over, the watch goes on
                # Its text and its frames could hold what was to be sent.
                return NoAnswer("broken", "the watch cannot take what it answers")

    async def _send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> RawAnswer | NoAnswer:
        if self._session is None:
            self._session = self._make_session()
        async with self._session.request(
            method,
            self._origin.join(URL(path)),
            headers=headers,
            data=body,
            # An address that answers with another one is not the one that was meant.
            allow_redirects=False,
        ) as response:
            content = bytearray()
            async for block in response.content.iter_chunked(_BLOCK):
                content += block
                if len(content) > LARGEST_ANSWER:
                    response.close()
                    return NoAnswer("broken", f"an answer of more than {LARGEST_ANSWER} bytes")
            named = {name.lower(): value for name, value in response.headers.items()}
            return RawAnswer(response.status, named, bytes(content))

    async def _why_untrusted(
        self, error: aiohttp.ServerFingerprintMismatch | aiohttp.ClientSSLError
    ) -> str:
        if isinstance(error, aiohttp.ServerFingerprintMismatch):
            return f"its certificate's SHA-256 is {say_fingerprint(error.got)}, which is not pinned"
        if not isinstance(error, aiohttp.ClientConnectorCertificateError):
            return _said(error)
        failed = error.certificate_error
        reason = getattr(failed, "verify_message", "") or str(failed)
        host, port = self._origin.host or "", self._origin.port or 443
        shown = await shown_fingerprint(host, port, min(self._patience, 5.0))
        pin = f"; its SHA-256 is {shown}: pin it if it is the appliance's own" if shown else ""
        return f"{printable(reason)}{pin}"

    def _make_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self._trust.for_connections(), limit=1, keepalive_timeout=120.0
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            trust_env=False,
            auto_decompress=True,
        )

    async def close(self) -> None:
        """Let go of the connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def _said(error: BaseException) -> str:
    """What went wrong, in words of our own: a library's could hold what was sent."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"its name cannot be resolved{_reason(error.os_error)}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"no secure connection to it{_reason(error.os_error)}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to it{_reason(error.os_error)}"
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "it closed the connection before it had answered"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "its answer broke off"
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        return "what it answers is no HTTP"
    if isinstance(error, OSError):
        return f"the connection was lost{_reason(error)}"
    return "the connection was lost"


def _reason(error: OSError) -> str:
    """The system's own word for it, which says nothing of what was sent."""
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "").replace("_", " ").lower()
    elif error.errno is not None and error.errno > 0:
        # A library may have put words of its own beside the number.
        reason = os.strerror(error.errno)
    else:
        reason = error.strerror or ""
    return f" ({printable(reason)})" if reason else ""
