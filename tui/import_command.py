"""`watchkeeper import`: foreign records become lines of a journal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.safe_text import harmless, harmless_json

if TYPE_CHECKING:
    from drivers.oneview.importing import ImportResult, Rejected
    from drivers.oneview.memory import Remembered
    from rules.vocabulary import Event

_FAULTS_SHOWN: Final = 20
_STANDARD_OUTPUT: Final = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which records, whose they are, and where the events go."""
    formats = parser.add_subparsers(metavar="FORMAT", required=True)
    oneview = formats.add_parser(
        "oneview",
        help="bodies as HPE OneView and Image Streamer give them",
        description="Alerts, tasks, appliances, enclosures, nodes, backups and messages of the "
        "bus: single resources, lists of them, one a line, or folders of such files.",
        allow_abbrev=False,
    )
    oneview.add_argument(
        "files", metavar="FILE", nargs="+", help="file or folder; - is standard input"
    )
    oneview.add_argument(
        "--deployment",
        metavar="NAME",
        type=_name,
        default="imported",
        help="what the records are about",
    )
    oneview.add_argument(
        "--source",
        metavar="NAME",
        type=_name,
        default="imported",
        help="who gave them, such as composer-1",
    )
    oneview.add_argument(
        "--time",
        metavar="TIME",
        type=_instant,
        help="when they were read, for those that name no time of their own (now)",
    )
    oneview.add_argument(
        "-o",
        "--output",
        metavar="JOURNAL",
        default=_STANDARD_OUTPUT,
        help="journal to append to; - is standard output",
    )


def _name(text: str) -> str:
    name = text.removeprefix("oneview/")
    if not name or not name.isprintable() or "/" in name or len(name) > 200:
        raise argparse.ArgumentTypeError(f"{text!r} must be a name without slashes")
    return name


def _instant(text: str) -> datetime:
    from drivers.journal.diagnosis import CEILING, FLOOR
    from rules.values import read_instant

    try:
        time = read_instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} {error}") from None
    if not FLOOR <= time <= CEILING:
        raise argparse.ArgumentTypeError(f"{text!r} lies too far from now")
    return time


def run(arguments: argparse.Namespace) -> int:
    """Import, write the events, and say on standard error what came of which bodies."""
    from drivers.journal.faults import JournalError
    from drivers.oneview.files import read_files
    from drivers.oneview.importing import import_bodies

    unreadable: list[Rejected] = []
    source = f"oneview/{arguments.source}"
    try:
        result = import_bodies(
            read_files(arguments.files, unreadable),
            source=source,
            deployment=arguments.deployment,
            time=arguments.time or datetime.now(UTC),
            remembered=_remembered(arguments.output, source),
        )
        moved = _write(arguments.output, result.events)
    except JournalError as error:
        sys.stderr.write(f"watchkeeper import: {harmless(str(error))}\n")
        return UNUSABLE
    rejected = [*unreadable, *result.unreadable, *result.ahead]
    for line in _account(result, rejected, moved):
        sys.stderr.write(f"{line}\n")
    if not rejected:
        return FINE
    return FOUND if result.recognised or result.silent else UNUSABLE


def _remembered(output: str, source: str) -> Remembered | None:
    """What the journal's own events say about what these sources had said before."""
    import os

    if output == _STANDARD_OUTPUT or not os.path.exists(output):  # noqa: PTH110
        return None
    from drivers.journal import Faults, read_events
    from drivers.oneview.memory import recall
    from drivers.oneview.observe import Deployment

    speaker = Deployment.of("", source)
    events = (event for event, _ in read_events(output, faults=Faults(keep=0)))
    return recall(events, (speaker.oneview, speaker.image_streamer))


def _write(output: str, events: Sequence[Event]) -> int:
    """Write the events; return how many had to be told later than they happened."""
    from drivers.journal import Journal, encode

    if output != _STANDARD_OUTPUT:
        appended = Journal(output).append(events)
        pairs = zip(events, appended.events, strict=True)
        return sum(given.time < written.time for given, written in pairs)
    terminal = sys.stdout.isatty()
    for event in events:
        line = encode(event).decode()
        sys.stdout.write((harmless_json(line) if terminal else line) + "\n")
    sys.stdout.flush()
    return 0


def _account(result: ImportResult, rejected: list[Rejected], moved: int) -> list[str]:
    lines = [
        f"{say_count(len(result.events), 'event')} from {_say_kinds(result.recognised)}",
        f"about Image Streamer nothing was said by {_say_kinds(result.silent)}",
    ]
    if not result.silent:
        del lines[1]
    if moved:
        count = say_count(moved, "event")
        lines.append(f"{count} at the time of the journal's last, before which they happened")
    if rejected:
        lines.append(f"{say_count(len(rejected), 'record or file', 'records or files')} refused:")
    lines += [f"  {harmless(_say_rejected(one))}" for one in rejected[:_FAULTS_SHOWN]]
    if len(rejected) > _FAULTS_SHOWN:
        lines.append(f"  and {len(rejected) - _FAULTS_SHOWN:,} more")
    return lines


def _say_rejected(rejected: Rejected) -> str:
    """File and reason; a reason that begins with the file names it already."""
    if not rejected.line and rejected.reason.startswith(f"{rejected.file} "):
        return rejected.reason
    return str(rejected)


def _say_kinds(counts: dict[str, int]) -> str:
    total = say_count(sum(counts.values()), "body", "bodies")
    if not counts:
        return total
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(counts.items()))
    return f"{total}: {kinds}"
