"""`watchkeeper watch` without a journal of somebody else's: recorder and screen in one."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tui import rule_choice, screen_command
from tui.exit_codes import FOUND, UNUSABLE
from tui.phrases import say_time
from tui.recording.judge import kept_in
from tui.recording.session import LiveSession
from tui.recording.start import CannotStartError, plan_of, raw_folder
from tui.recording.stopping import Stopping
from tui.safe_text import harmless, wants_ascii

if TYPE_CHECKING:
    from rules.rule_base import RuleBase
    from tui.recording.build import Plan
    from tui.session.session import Session
    from tui.settings import Settings


def run(arguments: argparse.Namespace) -> int:
    """Watch live until the operator leaves."""
    if arguments.demo:
        return _run_demo(arguments)
    if arguments.scenario or arguments.speed:
        arguments.complain("--scenario and --speed belong to --demo")
    try:
        plan = plan_of(arguments)
    except CannotStartError as error:
        _complain(error.reasons)
        return error.code
    if not arguments.plain and screen_command.refuse_without_terminal(arguments):
        return UNUSABLE
    return _watch(arguments, plan, "")


def _run_demo(arguments: argparse.Namespace) -> int:
    from drivers.simulator import scenario
    from drivers.simulator.server import AddressError
    from tui.recording import demo
    from tui.settings import SettingsError, load_settings

    if arguments.followed:
        arguments.complain("--demo records a journal of its own; leave out --from")
    try:
        chosen = scenario.load(arguments.scenario or demo.SCENARIO)
        load_settings(arguments.config)
    except (scenario.ScenarioError, SettingsError) as error:
        return _complain([str(error)])
    # Appliances are not served for a screen that cannot be.
    if not arguments.plain and screen_command.refuse_without_terminal(arguments):
        return UNUSABLE
    with TemporaryDirectory(prefix="watchkeeper-demo-") as folder:
        journal = arguments.journal or Path(folder) / "demo.jsonl"
        try:
            with demo.Demo(chosen, arguments.speed or demo.SPEED) as appliances:
                raw = raw_folder(journal) if arguments.raw else None
                return _watch(arguments, appliances.plan(journal, raw), f"demo: {chosen.title}")
        except AddressError as error:
            _complain([str(error)])
            return FOUND


def _watch(arguments: argparse.Namespace, plan: Plan, name: str) -> int:
    def prepare(rule_base: RuleBase, settings: Settings) -> Callable[[], Session]:
        def make() -> Session:
            journal = str(plan.configuration.journal.path)
            return LiveSession(
                plan,
                rule_base,
                clock=time.monotonic,
                wall=screen_command.wall,
                rule_files=screen_command.rule_files(arguments),
                operator=arguments.operator or settings.screen.operator,
                kept=kept_in([journal]),
                name=name,
            )

        return make

    if arguments.plain:
        return _watch_plainly(arguments, plan, name)
    return screen_command.open_screen(arguments, prepare)


def _watch_plainly(arguments: argparse.Namespace, plan: Plan, name: str) -> int:
    from drivers.journal import JournalError
    from rules.faults import RuleBaseError
    from tui.settings import SettingsError, load_settings

    try:
        settings = load_settings(arguments.config)
        rule_base, _ = rule_choice.choose(arguments)
    except (SettingsError, RuleBaseError) as error:
        return _complain([str(error)])
    try:
        return asyncio.run(_append_lines(arguments, plan, name, rule_base, settings))
    except JournalError as error:
        _complain([str(error)])
        return FOUND


async def _append_lines(
    arguments: argparse.Namespace,
    plan: Plan,
    name: str,
    rule_base: RuleBase,
    settings: Settings,
) -> int:
    """The same watch as lines; one thread reads, records, judges and writes."""
    from tui.plain import PlainWatch

    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else 80
    ascii_only = arguments.ascii or settings.screen.ascii or wants_ascii(sys.stdout)
    plain = PlainWatch(sys.stdout.write, columns, ascii_only=ascii_only)
    session = LiveSession(
        plan,
        rule_base,
        clock=time.monotonic,
        wall=screen_command.wall,
        rule_files=screen_command.rule_files(arguments),
        operator=arguments.operator or settings.screen.operator,
        kept=kept_in([str(plan.configuration.journal.path)]),
        listener=plain.listen,
        name=name,
    )
    with Stopping() as stopping:
        await session.open(lambda: None)
        try:
            _write(f"watching {session.title}")
            for text in plan.unbounded:
                _write(text)
            plain.sum_up(session.watch())
            plain.look_at_session(session, screen_command.wall())
            said = 0
            while not stopping.event.is_set():
                wait = session.work()
                plain.look_at_sources(session.watch())
                plain.look_at_session(session, screen_command.wall())
                for message in session.said_after(said):
                    said = message.number
                    _write(message.text)
                sys.stdout.flush()
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopping.event.wait(), wait or 0.01)
        finally:
            await session.close()
    return stopping.code


def _write(text: str) -> None:
    sys.stdout.write(f"{say_time(datetime.now(UTC))}   {harmless(text)}\n")


def _complain(reasons: list[str]) -> int:
    for reason in reasons[:20]:
        sys.stderr.write(f"watchkeeper watch: {harmless(reason)}\n")
    return UNUSABLE
