"""Reading the files that an import is given: single files, folders of them, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from drivers.journal.faults import JournalError
from drivers.journal.streams import STANDARD_INPUT, StreamBroken, open_stream, stream_name
from drivers.oneview.importing import Rejected

LARGEST_FILE: Final = 256 << 20
"""Bytes, unpacked: a body has to be held as a whole."""

SUFFIXES: Final = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".json.zst", ".jsonl.zst")
"""Names of files that are read in a folder; a file that is named itself may be called anything."""


def read_files(
    paths: Iterable[str | os.PathLike[str]], unreadable: list[Rejected]
) -> Iterator[tuple[str, bytes]]:
    """Read each path's files one by one, and note in `unreadable` what cannot be read.

    A folder gives its files of known suffixes, subfolders included, in the order of their paths.
    `-` is standard input. Files may be packed with gzip or zstd.
    """
    for path in paths:
        for file in _files(path, unreadable):
            content = _content(file, unreadable)
            if content is not None:
                yield stream_name(file), content


def _files(
    path: str | os.PathLike[str], unreadable: list[Rejected]
) -> Iterator[str | os.PathLike[str]]:
    if os.fspath(path) == STANDARD_INPUT or not Path(path).is_dir():
        yield path
        return
    found = [
        file
        for file in sorted(Path(path).rglob("*"))
        if file.name.lower().endswith(SUFFIXES) and file.is_file()
    ]
    if not found:
        reason = f"the folder holds no file that ends in {', '.join(SUFFIXES[:3])}"
        unreadable.append(Rejected(stream_name(path), 0, reason))
    yield from found


def _content(path: str | os.PathLike[str], unreadable: list[Rejected]) -> bytes | None:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in open_stream(path):
            size += len(piece)
            if size > LARGEST_FILE:
                reason = f"it is larger than {LARGEST_FILE >> 20} MiB"
                unreadable.append(Rejected(stream_name(path), 0, reason))
                return None
            pieces.append(piece)
    except JournalError as error:
        unreadable.append(Rejected(stream_name(path), 0, str(error)))
        return None
    except StreamBroken as error:
        unreadable.append(Rejected(stream_name(path), 0, error.message))
        return None
    return b"".join(pieces)
