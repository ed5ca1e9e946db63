"""Keeps answers as they came, without what is secret in them, so that a fault of a driver can be
shown again: a line for each, in the form that `watchkeeper import` reads."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from drivers.journal.encoding import instant
from drivers.journal.locks import MODE

REDACTED: Final = "(redacted)"
LARGEST_FILE: Final = 256 << 20
"""Bytes; a file that has grown to it takes the place of the one before it, and another begins."""
_SECRET: Final = re.compile(
    r"password|passwd|secret|token|session|credential|privatekey|private_key|\bkey\b|keypair"
    r"|authorization|passphrase|community|ssldata|sslkeydata|apikey",
    re.IGNORECASE,
)
_DEEPEST: Final = 64


class RawAnswers:
    """The answers of one host. Where they cannot be kept, `complain` is told so once: the watch
    goes on all the same."""

    def __init__(
        self, folder: Path, deployment: str, pair: str, complain: Callable[[str], None]
    ) -> None:
        name = "-".join(_plain(part) for part in (deployment, pair) if part)
        self._path = folder / f"{name}.jsonl"
        self._pair = pair
        self._complain = complain
        self._failed = False

    def keep(self, uri: str, body: Any, read_at: datetime) -> None:
        """Keep one answer."""
        record = {"read_at": instant(read_at), "uri": uri.partition("?")[0], "body": redact(body)}
        if self._pair:
            record["pair"] = self._pair
        line = msgspec.json.encode(record) + b"\n"
        try:
            self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            if self._path.exists() and self._path.stat().st_size + len(line) > LARGEST_FILE:
                self._path.rename(self._path.with_suffix(".before.jsonl"))
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
            descriptor = os.open(self._path, flags, MODE & 0o640)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            if not self._failed:
                self._complain(f"Answers are not kept: {error.strerror}")
            self._failed = True
        else:
            self._failed = False


def redact(value: Any, depth: int = 0) -> Any:
    """The same value with everything that could be secret by its name replaced."""
    if depth > _DEEPEST:
        return REDACTED
    if isinstance(value, dict):
        return {
            name: REDACTED
            if item is not None and _SECRET.search(str(name))
            else redact(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [redact(item, depth + 1) for item in value]
    return value


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)[:80].lstrip(".") or "unnamed"
