"""Recorded logs as streams of bytes: plain, gzip or zstd, from a file or standard input."""

from __future__ import annotations

import os
import select
import stat
import zlib
from collections.abc import Iterator
from typing import Final

from drivers.journal.faults import FaultKind, JournalError, printable

STANDARD_INPUT: Final = "-"
CHUNK: Final = 1 << 16
"""Bytes asked for at once: more than this falls out of the processor's cache and is slower."""

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE: Final = b"\x2a\x4d\x18"
_ZSTD_SLICE: Final = 1 << 10
"""Compressed bytes unpacked at once: a block of four bytes can stand for 128 KiB."""
_ZSTD_WINDOW: Final = 1 << 27
_LARGEST_PIECE: Final = 1 << 20


class StreamBroken(Exception):
    """The bytes of a log stop here; all before this were delivered."""

    def __init__(self, kind: FaultKind, message: str) -> None:
        """Say what kind of fault it is, and what is wrong."""
        super().__init__(message)
        self.kind: FaultKind = kind
        self.message = message


def is_compressed(beginning: bytes) -> bool:
    """Tell whether a file that begins so is one that `open_stream` would unpack."""
    skippable = beginning[1:4] == _ZSTD_SKIPPABLE and beginning[0] & 0xF0 == 0x50
    return skippable or beginning.startswith((GZIP_MAGIC, ZSTD_MAGIC))


def stream_name(path: str | os.PathLike[str]) -> str:
    """Return what messages call this log."""
    text = os.fspath(path)
    return "standard input" if text == STANDARD_INPUT else printable(text)


def open_stream(path: str | os.PathLike[str]) -> Iterator[bytes]:
    """Open a log at once, and return its unpacked bytes piece by piece.

    `-` is standard input. How it is packed is told by its first bytes, never by its name. The
    iterator raises `StreamBroken` where the bytes end before they should.

    Raises:
        JournalError: it is missing, a directory, or may not be read.
    """
    name = stream_name(path)
    if os.fspath(path) == STANDARD_INPUT:
        return _unpacked(_Descriptor(0, name, owned=False))
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise JournalError(f"{name} does not exist") from None
    except ValueError:
        raise JournalError(f"{name} is not the name of a file") from None
    except OSError as error:
        raise JournalError(f"{name} cannot be opened: {error.strerror}") from None
    return _unpacked(_Descriptor(descriptor, name))


class _Descriptor:
    """An open file that is closed with the last reference to it, read or not."""

    def __init__(self, number: int, name: str, *, owned: bool = True) -> None:
        self.number = number
        self._owned = owned
        try:
            mode = os.fstat(number).st_mode
        except OSError as error:
            raise JournalError(f"{name} cannot be read: {error.strerror}") from None
        if stat.S_ISDIR(mode):
            self.close()
            raise JournalError(f"{name} is a directory; a recorded log is a file")
        if stat.S_ISREG(mode):
            try:
                # There are files that can be opened, and not read.
                os.pread(number, 1, 0)
            except OSError as error:
                self.close()
                raise JournalError(f"{name} cannot be read: {error.strerror}") from None

    def close(self) -> None:
        if self._owned:
            self._owned = False
            os.close(self.number)

    def __del__(self) -> None:
        self.close()


def _unpacked(descriptor: _Descriptor) -> Iterator[bytes]:
    pieces = _pieces(descriptor)
    beginning = b""
    # A pipe may hand out its first bytes one by one.
    while len(beginning) < len(ZSTD_MAGIC) and (piece := next(pieces, b"")):
        beginning += piece
    if beginning.startswith(GZIP_MAGIC):
        yield from _gunzip(beginning, pieces)
    elif is_compressed(beginning):
        yield from _unzstd(beginning, pieces)
    else:
        if beginning:
            yield beginning
        yield from pieces


def _pieces(descriptor: _Descriptor) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor.number, CHUNK)
        except BlockingIOError:
            # Standard input may have been made non-blocking by whoever shares it.
            select.select([descriptor.number], [], [])
            continue
        except OSError as error:
            reason = error.strerror or "an input error"
            raise StreamBroken("unreadable", f"cannot be read further: {reason}") from None
        if not piece:
            descriptor.close()
            return
        yield piece


def _gunzip(beginning: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    inside = False
    data = beginning
    while True:
        while data:
            if not inside:
                # Between members, padding of zero bytes is usual (tapes, block devices).
                data = data.lstrip(b"\0")
                if not data:
                    break
                member = zlib.decompressobj(wbits=31)
                inside = True
            try:
                unpacked = member.decompress(data, CHUNK)
            except zlib.error:
                raise StreamBroken(
                    "damaged", "the gzip data is damaged; nothing after this can be read"
                ) from None
            if member.eof:
                inside = False
                data = member.unused_data
            else:
                data = member.unconsumed_tail
            if unpacked:
                yield unpacked
        data = next(pieces, b"")
        if not data:
            break
    # What the last call held back for want of room.
    while inside and (unpacked := member.decompress(b"", CHUNK)):
        yield unpacked
    if inside and not member.eof:
        raise StreamBroken(
            "truncated", "the gzip data ends too early; the file is incomplete (still copied?)"
        )


def _unzstd(beginning: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    # Imported late: most logs are plain, and a replay should begin at once.
    import zstandard

    unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    frame = unpacker.decompressobj()
    inside = False
    piece = beginning
    while piece:
        ready: list[bytes] = []
        size = 0
        for start in range(0, len(piece), _ZSTD_SLICE):
            data = piece[start : start + _ZSTD_SLICE]
            while data:
                if not inside:
                    frame = unpacker.decompressobj()
                    inside = True
                try:
                    unpacked = frame.decompress(data)
                except zstandard.ZstdError:
                    yield from _cut(ready)
                    raise StreamBroken(
                        "damaged", "the zstd data is damaged; nothing after this can be read"
                    ) from None
                data = b""
                if frame.eof:
                    inside = False
                    data = frame.unused_data
                if unpacked:
                    ready.append(unpacked)
                    size += len(unpacked)
            if size >= CHUNK:
                yield from _cut(ready)
                ready = []
                size = 0
        yield from _cut(ready)
        piece = next(pieces, b"")
    if inside:
        raise StreamBroken(
            "truncated", "the zstd data ends too early; the file is incomplete (still copied?)"
        )


def _cut(ready: list[bytes]) -> Iterator[bytes]:
    # Pieces stay shorter than the longest line, so that no reader holds a longer one.
    joined = b"".join(ready)
    for start in range(0, len(joined), _LARGEST_PIECE):
        yield joined[start : start + _LARGEST_PIECE]
