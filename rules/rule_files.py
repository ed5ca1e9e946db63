"""The files of a rule base: which there are, their bytes, and what they are called together."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from rules.fault_codes import Code
from rules.faults import Fault

LARGEST_FILE: Final = 32 * 1024 * 1024
TESTS: Final = ".test.toml"
"""What the names of files with tests end in; they are no part of a rule base."""
EXPECTED: Final = ".expected.toml"
"""What the names of files end in that say what a log must give; they are none either."""


def rule_files(folder: Path) -> list[Path]:
    """The rule files below a folder, in the order in which they are read."""
    return sorted(
        path for path in folder.rglob("*.toml") if not path.name.endswith((TESTS, EXPECTED))
    )


def read_file(path: Path, name: str, texts: dict[str, bytes], faults: list[Fault]) -> None:
    """Add a file's bytes to the texts, or a fault where they cannot be read."""
    try:
        text = read_regular(path, LARGEST_FILE + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        faults.append(Fault(name, 0, 0, message, Code.FILE_UNREADABLE))
        return
    if len(text) > LARGEST_FILE:
        message = f"is larger than {LARGEST_FILE} bytes"
        faults.append(Fault(name, 0, 0, message, Code.TOO_LARGE))
        return
    texts[name] = text


def read_regular(path: Path, most: int = -1) -> bytes:
    """At most so many bytes of a file; what is no file is not waited for.

    Raises:
        OSError: it cannot be read, or is a pipe, a device or a folder.
    """
    # Without O_NONBLOCK, to open a pipe waits until somebody writes into it.
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(0, "is no regular file", str(path))
        return file.read(most)


def hash_of_texts(texts: Mapping[str, bytes]) -> str:
    """What the journal calls a rule base by: sixteen hexadecimal digits over names and texts."""
    digest = sha256()
    for name, text in sorted(texts.items()):
        digest.update(b"%d %d " % (len(name.encode()), len(text)) + name.encode() + text)
    return digest.hexdigest()[:16]
