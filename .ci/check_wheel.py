#!/usr/bin/env python3
"""Fail when a wheel lacks a file that the packages have here: check_wheel.py WHEEL."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path


def main() -> int:
    """Name every file that the wheel lacks; return how a process says so."""
    held = set(zipfile.ZipFile(sys.argv[1]).namelist())
    lacking = [
        path.as_posix()
        for room in ("rules", "drivers", "tui")
        for path in sorted(Path(room).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and path.as_posix() not in held
    ]
    for name in lacking:
        print(f"not in the wheel: {name}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
