"""Files are written as a whole: whoever reads one sees the old text or the new one, and a disk that
is full or cannot be written leaves the old one as it was."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from pathlib import Path
from typing import Final

_IN_PLACE: Final = {errno.EACCES, errno.EPERM, errno.EBUSY}
"""What keeps a file from being replaced where it may yet be written: a folder that is not ours, an
owner that we cannot give, a file that is mounted by itself."""
_LONGEST_NAME: Final = 40


def write_whole(path: Path, text: bytes) -> None:
    """Write a file anew. What a link leads to is written, and the link stays; so do the owner, the
    mode and the other names of a file that is there.

    Raises:
        OSError: it cannot be written, and is as it was; `filename` is the path that was given.
    """
    try:
        _write(path, text)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _write(path: Path, text: bytes) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        _replace(path.resolve(), text, None)
        return
    if not stat.S_ISREG(status.st_mode):
        # A terminal, a pipe, a device: there is nothing to be kept.
        path.write_bytes(text)
    elif status.st_nlink > 1:
        _overwrite(path, text)
    else:
        try:
            _replace(path.resolve(), text, status)
        except OSError as error:
            if error.errno not in _IN_PLACE:
                raise
            _overwrite(path, text)


def _replace(path: Path, text: bytes, status: os.stat_result | None) -> None:
    """Write beside and rename."""
    beside = path.with_name(f".{path.name[:_LONGEST_NAME]}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = os.open(beside, flags, 0o666 if status is None else 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            if status is not None:
                own = os.fstat(handle)
                if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
                    os.fchown(handle, status.st_uid, status.st_gid)
                os.fchmod(handle, stat.S_IMODE(status.st_mode))
            os.fsync(handle)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _overwrite(path: Path, text: bytes) -> None:
    """Write over what stands there, and put it back where the new text finds no room."""
    with path.open("r+b", buffering=0) as file:
        old = file.read()
        try:
            _write_from_begin(file.fileno(), text)
        except BaseException:
            _write_from_begin(file.fileno(), old)
            raise


def _write_from_begin(handle: int, text: bytes) -> None:
    written = 0
    while written < len(text):
        written += os.pwrite(handle, text[written:], written)
    os.ftruncate(handle, len(text))
    os.fsync(handle)
