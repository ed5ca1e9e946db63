"""`watchkeeper record`: read appliances and keep the journal, without a terminal."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_time
from tui.safe_text import harmless
from tui.watch_command import add_recording

if TYPE_CHECKING:
    from rules.rule_base import RuleBase
    from rules.vocabulary import Event
    from tui.recording.build import Plan

_CONDITIONS: Final = {
    "watch.oneview_reachable",
    "watch.oneview_session",
    "watch.certificates",
    "watch.api_support",
    "watch.deployment_servers",
    "source.cluster_address",
    "source.token",
}
"""Facts about how well the watch sees: a change of them is a line of the service's log."""
_LOOK_EVERY: Final = 5.0
"""Seconds between two looks at what time alone has brought."""
_LATE: Final = timedelta(seconds=5)
"""How long an event may take into the journal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is read, where it is kept, and by which rules it is judged."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="configuration to use")
    add_recording(parser)
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Record until stopped: by Ctrl-C, or by SIGTERM."""
    # As a service it is ended by SIGTERM, and that is no failure before it has begun either.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(FINE))
    try:
        return _run(arguments)
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: argparse.Namespace) -> int:
    # Imported late: help needs no network.
    from drivers.journal import JournalError
    from rules.faults import RuleBaseError
    from tui.recording import start

    try:
        plan = start.plan_of(arguments)
        rule_base, _ = rule_choice.choose(arguments)
    except start.CannotStartError as error:
        return _complain(error.reasons, error.code)
    except RuleBaseError as error:
        return _complain([str(fault) for fault in error.faults], UNUSABLE)
    try:
        return asyncio.run(record(plan, rule_base))
    except JournalError as error:
        return _complain([str(error)], FOUND)


async def record(plan: Plan, rule_base: RuleBase) -> int:
    """Record until a signal comes, and return the exit code.

    Raises:
        JournalError: the journal cannot be recorded.
    """
    from drivers.recorder.recorder import Recorder
    from drivers.recorder.recording import Recording
    from drivers.recorder.rotation import Limits
    from tui.recording.build import build_pollers
    from tui.recording.judge import JournalJudge, kept_in
    from tui.recording.service_log import ServiceLog
    from tui.recording.stopping import Stopping

    settings = plan.configuration.journal
    judge = JournalJudge(settings.path, rule_base, kept_in([str(settings.path)]))
    recorder = Recorder(
        settings.path,
        judge,
        host=plan.host,
        wall=plan.wall,
        tell=_tell,
        limits=Limits(settings.part_size, settings.part_age),
    )
    recorder.open(rule_base.hash, rule_base.texts, "The recorder has started")
    _tell(f"Recording to {recorder.path}", False)
    for text in plan.unbounded:
        _tell(text, False)
    log = ServiceLog(_tell, plan.wall, plan.unverified)
    log.begin(judge.watch)
    pollers = build_pollers(plan, judge.watch, _tell)

    def told(events: Sequence[Event]) -> None:
        _tell_conditions(events)
        log.look(judge.watch)

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            log.look(judge.at(plan.wall() - _LATE))
            log.remind()

    recording = Recording(recorder, pollers, told)
    with Stopping(as_service=True) as stopping:
        recording.start()
        failing = asyncio.create_task(recording.wait())
        stopped = asyncio.create_task(stopping.event.wait())
        looking = asyncio.create_task(look())
        try:
            await asyncio.wait({stopped, failing, looking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            looking.cancel()
            await recording.close("The recorder was stopped")
            judge.close()
            _tell(f"Stopped recording to {recorder.path}", False)
    if looking.done() and not looking.cancelled():
        looking.result()
    if not stopping.event.is_set():
        stopped.cancel()
        failing.result()
    failing.cancel()
    with suppress(asyncio.CancelledError):
        await failing
    return stopping.code


def _tell(text: str, failed: bool) -> None:
    """A line for whoever reads the service's log."""
    mark = "FAILED " if failed else ""
    line = f"{say_time(datetime.now(UTC))}   {mark}{harmless(text)}\n"
    with suppress(OSError, ValueError):
        sys.stderr.write(line)
        sys.stderr.flush()


def _tell_conditions(events: Sequence[Event]) -> None:
    """How well the appliances are seen, for whoever looks after the service; what they say of
    themselves stands in the journal."""
    for event in events:
        if not _CONDITIONS.isdisjoint(event.data.facts) and event.data.message:
            _tell(f"{event.subject.partition('/')[2]}: {event.data.message}", False)


def _complain(reasons: list[str], code: int) -> int:
    for reason in reasons[:20]:
        sys.stderr.write(f"watchkeeper record: {harmless(reason)}\n")
    return code
