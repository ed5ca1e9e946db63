"""The texts of the rules that a journal was recorded under, kept beside it (law 13)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from drivers.journal.faults import JournalError, printable
from drivers.journal.parts import journal_of

_HASH: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}")
_DIRECTORY_MODE: Final = 0o770
_FILE_MODE: Final = 0o660


def keep_rule_texts(
    journal: str | os.PathLike[str], rules_hash: str, files: Mapping[str, bytes]
) -> Path:
    """Keep rule texts beside a journal, and return the folder they are in.

    `rules_hash` names the whole of them; `files` maps paths inside the folder, with `/`, to
    contents. The folder `JOURNAL.rules/HASH` appears complete or not at all, and stays as it is
    once it is there.

    Raises:
        JournalError: a name would lead out of the folder, other texts are kept under this hash,
            or the folder cannot be written.
    """
    folder = _folder(journal, rules_hash)
    for name in files:
        _check(name)
    try:
        if not folder.is_dir():
            _store(folder, files)
        if kept_texts(folder) != dict(files):
            raise JournalError(f"{printable(str(folder))} holds other rule texts than these")
    except OSError as error:
        raise JournalError(
            f"{printable(str(folder))} cannot be written: {error.strerror}"
        ) from None
    return folder


def kept_rule_texts(journal: str | os.PathLike[str], rules_hash: str) -> Path | None:
    """Return the folder of the rule texts with this hash, or None if they were not kept.

    The hash may come from any log: one that cannot be a folder's name was not kept. Those of a
    closed part are kept beside the journal that it is a part of.
    """
    for path in (journal, journal_of(journal)):
        if path is None:
            continue
        try:
            folder = _folder(path, rules_hash)
        except JournalError:
            return None
        if folder.is_dir():
            return folder
    return None


def kept_texts(folder: Path) -> dict[str, bytes]:
    """Return the contents of a folder of kept rule texts by their paths in it.

    Raises:
        OSError: it cannot be read.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _folder(journal: str | os.PathLike[str], rules_hash: str) -> Path:
    if not _HASH.fullmatch(rules_hash):
        raise JournalError(f'"{printable(rules_hash, 80)}" cannot be the hash of rule texts')
    path = Path(os.path.realpath(journal))
    return path.with_name(path.name + ".rules") / rules_hash


def _check(name: str) -> None:
    plain = name.isprintable() and "\\" not in name and len(name) <= 255
    parts = name.split("/")
    if not plain or any(part in {"", ".", ".."} for part in parts):
        raise JournalError(f'"{printable(name, 80)}" cannot be the path of a rule text')


def _store(folder: Path, files: Mapping[str, bytes]) -> None:
    # Imported late: a replay, which keeps nothing, should begin at once.
    import shutil

    folder.parent.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)
    unfinished = folder.with_name(f".{folder.name}.{os.urandom(8).hex()}")
    unfinished.mkdir(mode=_DIRECTORY_MODE)
    try:
        directories = {unfinished}
        for name, content in files.items():
            path = unfinished / PurePosixPath(name)
            path.parent.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            directories.update(parent for parent in path.parents if unfinished in parent.parents)
            _write(path, content)
        for directory in directories:
            _sync(directory)
        try:
            unfinished.rename(folder)
        except OSError:
            # Somebody else was quicker; theirs is compared with ours afterwards.
            if not folder.is_dir():
                raise
        _sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
