#!/usr/bin/env python3
"""Fail on a skip that the list of allowed skips does not name: check_skips.py RESULTS LIST."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree


def read_allowed(path: Path) -> list[str]:
    """Read the patterns: the part of each line before its reason."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("  ", 1)[0].strip() for line in lines if line.strip() and line[0] != "#"]


def main() -> int:
    """Name every skip that is not allowed; return how a process says so."""
    results, allowed = Path(sys.argv[1]), read_allowed(Path(sys.argv[2]))
    unexpected = 0
    for test in ElementTree.parse(results).iter("testcase"):
        skip = test.find("skipped")
        if skip is None:
            continue
        name = f"{test.get('classname')}::{test.get('name')}"
        if not any(fnmatchcase(name, pattern) for pattern in allowed):
            unexpected += 1
            print(f"skipped, and not on the list: {name}: {skip.get('message')}")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main())
