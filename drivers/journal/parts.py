"""The closed parts of a journal that was rotated: how they are called, and which there are."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

COMPRESSED: Final = ".zst"
_STAMP: Final = r"-\d{8}T\d{6}\.\d{6}Z"
_PART: Final = re.compile(rf"(?P<stem>.+){_STAMP}(?P<suffix>(?:\.[^.]+)?)")


def part_of(journal: Path, until: datetime) -> Path:
    """What the part of a journal that ends at an instant is called: `watch.jsonl` becomes
    `watch-20261122T021407.120000Z.jsonl`, so that names stand in the order of time."""
    stamp = until.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")
    return journal.with_name(f"{journal.stem}-{stamp}Z{journal.suffix}")


def journal_of(part: str | os.PathLike[str]) -> Path | None:
    """The journal that a part was closed from, by its name; None for what is no part."""
    path = Path(part)
    name = path.name.removesuffix(COMPRESSED)
    found = _PART.fullmatch(name)
    return path.with_name(found["stem"] + found["suffix"]) if found else None


def closed_parts(journal: Path) -> list[Path]:
    """The closed parts of a journal that lie beside it, the oldest first."""
    try:
        names = sorted(path for path in journal.parent.iterdir() if path.is_file())
    except OSError:
        return []
    return [path for path in names if journal_of(path) == journal]
