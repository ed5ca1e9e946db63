"""Whom the watch believes to be the appliance: who shows the right certificate."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import Fingerprint, ServerFingerprintMismatch


@dataclass(frozen=True, slots=True)
class Trust:
    """Which certificates are right: those that an authority has signed, or the ones pinned."""

    ca_file: str = ""
    """Authorities, as PEM; empty: the system's."""
    fingerprints: tuple[str, ...] = ()
    """SHA-256 of the certificates themselves, in hexadecimal digits; they are enough alone."""
    verifies: bool = True

    def for_connections(self) -> ssl.SSLContext | Fingerprint | bool:
        """What aiohttp is to check.

        Raises:
            OSError: the file of authorities cannot be read.
            ValueError: a fingerprint is none.
        """
        if self.fingerprints:
            return Pins(self.fingerprints)
        if not self.verifies:
            return False
        context = ssl.create_default_context(cafile=self.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


class Pins(Fingerprint):
    """Accepts any of several certificates, whoever has signed them."""

    def __init__(self, fingerprints: Iterable[str]) -> None:
        self._digests = [read_fingerprint(text) for text in fingerprints]
        super().__init__(self._digests[0])

    def check(self, transport: asyncio.Transport) -> None:
        """Let a connection pass, before anything is sent over it, or refuse it.

        Raises:
            ServerFingerprintMismatch: the certificate is none of those that are pinned.
        """
        shown = transport.get_extra_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) if shown is not None else None
        got = hashlib.sha256(certificate or b"").digest()
        if not any(hmac.compare_digest(got, digest) for digest in self._digests):
            host, port, *_ = transport.get_extra_info("peername") or ("", 0)
            raise ServerFingerprintMismatch(self._digests[0], got, host, port)


async def shown_fingerprint(host: str, port: int, patience: float) -> str:
    """The SHA-256 fingerprint of whatever certificate a host shows, so that a person can compare
    it; empty where it shows none within `patience` seconds. Nothing is sent to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(patience):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, TimeoutError):
        return ""
    shown = writer.get_extra_info("ssl_object")
    certificate = shown.getpeercert(binary_form=True) if shown is not None else None
    writer.transport.abort()
    return say_fingerprint(hashlib.sha256(certificate).digest()) if certificate else ""


def say_fingerprint(digest: bytes) -> str:
    """A fingerprint as people compare it, and as the configuration takes it."""
    return digest.hex(":")


def read_fingerprint(text: str) -> bytes:
    """A SHA-256 fingerprint, with or without colons.

    Raises:
        ValueError: it is none.
    """
    digits = text.strip().replace(":", "").replace(" ", "")
    try:
        digest = bytes.fromhex(digits)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise ValueError("must be a SHA-256 fingerprint: 64 hexadecimal digits")
    return digest
