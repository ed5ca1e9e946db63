"""Names of a site's things: the harbour's, and those of other sites, made from them."""

from __future__ import annotations

import re
import zlib
from typing import Final

HARBOUR: Final = "harbour"
"""The site of the sample logs and of the shipped scenarios."""
WELL_FORMED: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}")
"""What a site may be called."""

_PAIRS: Final = "LE-rack-"
_SERIALS: Final = "CN75"


def seed_of(site: str) -> int:
    """What a site's random names begin with."""
    return 1 if site == HARBOUR else zlib.crc32(site.encode())


def name_at(site: str, name: str) -> str:
    """What a pair or module is called at a site, by its name at the harbour."""
    if site == HARBOUR:
        return name
    if name.startswith(_PAIRS):
        return f"LE-{site}-{name.removeprefix(_PAIRS)}"
    if name.startswith(_SERIALS):
        number = seed_of(site)
        letters = "".join(chr(65 + number // 26**place % 26) for place in range(3))
        return f"C{letters}{name.removeprefix(_SERIALS)}"
    return name


def artifact_at(site: str, name: str) -> str:
    """What an artifact is called at a site, by its name at the harbour or there."""
    if site == HARBOUR or name.startswith(f"{site}-"):
        return name
    return f"{site}-{name}"
