"""Locks beside a journal that work between processes and sessions on one machine."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from drivers.journal.faults import JournalError, printable

MODE: Final = 0o660
"""A journal is its owner's and its group's; the umask may take away from that."""
_PAUSE: Final = 0.01


@contextmanager
def locked(path: Path, patience: float, refusal: str) -> Iterator[int]:
    """Hold the lock file `path` for as long as the context lasts, and give its descriptor.

    The lock goes with the process, however that ends. The file itself stays, so that nobody can
    hold a lock on a file that is no longer there. `patience` is in seconds.

    Raises:
        JournalError: the file cannot be opened, or somebody else held the lock all that time;
            then the text is `refusal`, with `{holder}` filled in.
    """
    try:
        descriptor = _open(path)
    except OSError as error:
        raise JournalError(
            f"{printable(str(path))} cannot be opened for locking: {error.strerror}"
        ) from None
    try:
        _acquire(descriptor, path, time.monotonic() + patience, refusal)
        yield descriptor
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool | None:
    """Whether anybody holds a lock file; None where that cannot be told. It is held for an instant
    to see that, so whoever wants it should not give up at the first refusal."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def open_or_make(path: Path, flags: int) -> int:
    """Open a file, made if it is not there, and return its descriptor.

    Raises:
        OSError: it can be neither opened nor made.
    """
    try:
        # Kernels refuse O_CREAT on other people's files in shared folders, so it comes second.
        return os.open(path, flags)
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, MODE)


def _open(path: Path) -> int:
    try:
        return open_or_make(path, os.O_RDWR | os.O_NOFOLLOW)
    except PermissionError:
        # Who may write the journal need not own its lock file: a lock takes no more than reading.
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)


def _acquire(descriptor: int, path: Path, deadline: float, refusal: str) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                holder = _holder(descriptor)
                raise JournalError(refusal.format(holder=holder)) from None
        except OSError as error:
            raise JournalError(
                f"{printable(str(path))} cannot be locked: {error.strerror}"
            ) from None
        time.sleep(_PAUSE)


def sign(descriptor: int) -> None:
    """Write into a lock file who holds it.

    Raises:
        OSError: it cannot be written.
    """
    text = f"process {os.getpid()} on {os.uname().nodename}\n"
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def unsign(descriptor: int) -> None:
    """Take the holder's name out of a lock file."""
    os.ftruncate(descriptor, 0)


def _holder(descriptor: int) -> str:
    text = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
    return printable(text) if text else "another process"
