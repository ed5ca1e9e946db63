"""Recorder and screen in one: a session that follows the journal which it records itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.journal import JournalError
from drivers.recorder.recorder import Recorder
from drivers.recorder.recording import Recording
from drivers.recorder.rotation import Limits
from rules.engine import BEGINNING
from rules.rule_base import RuleBase
from tui.recording.build import Plan, build_pollers
from tui.recording.judge import knowing
from tui.session.follow import FollowSession, Listener
from tui.session.rule_files import RuleFiles
from tui.session.run import KeptRules


class LiveSession(FollowSession):
    """Reads appliances, records what they say, and shows it once it is on disk."""

    kind = "live"

    def __init__(
        self,
        plan: Plan,
        rule_base: RuleBase,
        *,
        clock: Callable[[], float],
        wall: Callable[[], datetime],
        rule_files: RuleFiles | None = None,
        operator: str = "",
        kept: KeptRules | None = None,
        listener: Listener | None = None,
        name: str = "",
    ) -> None:
        """Watch what a plan says; `name` is for the header."""
        settings = plan.configuration.journal
        super().__init__(
            str(settings.path),
            rule_base,
            clock=clock,
            wall=wall,
            rule_files=rule_files,
            operator=operator,
            kept=knowing(rule_base, kept),
            listener=listener,
        )
        self._plan = plan
        self._name = name
        self._loading: dict[str, RuleBase] = {}
        self._last: tuple[str, str] | None = None
        self._recorder = Recorder(
            Path(settings.path),
            self,
            host=plan.host,
            wall=wall,
            tell=self._tell_people,
            limits=Limits(settings.part_size, settings.part_age),
        )
        self._recording: Recording | None = None

    @property
    def title(self) -> str:
        """The deployments' names, or what was asked for."""
        names = [one.name for one in self._plan.configuration.deployments]
        return self._name or ", ".join(names)

    @property
    def unverified(self) -> tuple[str, ...]:
        """The deployments whose certificates nobody verifies, before anything was heard too."""
        return tuple(self._plan.unverified)

    def _look_for_recorder(self) -> None:
        """It is this process."""

    @property
    def read_only(self) -> str:
        """Why nothing can be recorded now."""
        return self._recorder.trouble or super().read_only

    async def open(self, wake: Callable[[], None]) -> None:
        """Become the one who records, and begin to read."""
        self._recorder.open(self.rule_base.hash, self.rule_base.texts, "The watch has started")
        pollers = build_pollers(self._plan, self._watch, self._tell_people)
        self._recording = Recording(self._recorder, pollers)
        self._recording.start()

    def _tell_people(self, text: str, failed: bool) -> None:
        self.say(text, failed=failed)

    def work(self) -> float | None:
        """Take in what has been recorded."""
        failure = self._recording.failure() if self._recording is not None else None
        if failure is not None:
            raise failure
        return super().work()

    async def close(self) -> None:
        """Log out everywhere, and let go of the journal."""
        if self._recording is not None:
            await self._recording.close("The watch was ended")
        await super().close()

    def use_rules(self, rule_base: RuleBase) -> None:
        """Go on under other rules: the journal says so, and everybody who follows it obeys."""
        self._loading[rule_base.hash] = rule_base
        before = self._kept

        def kept(rules_hash: str) -> RuleBase | None:
            return self._loading.get(rules_hash) or (before(rules_hash) if before else None)

        self._kept = kept
        if self._recording is not None:
            self._recording.load_rules(rule_base.hash, rule_base.texts)

    # What the recorder asks

    def catch_up(self) -> None:
        """Take in everything that stands in the journal now."""
        while self._pending or self._poll():
            self._take_in(math.inf)
        if self._broken:
            raise JournalError(self._broken)

    @property
    def now(self) -> datetime | None:
        """The time of the last event that was taken in."""
        return None if self._watch.now == BEGINNING else self._watch.now

    def checkpoint(self, at: datetime) -> list[dict[str, Any]]:
        """Let time pass to an instant, and give the whole state."""
        changes = self._watch.advance(at)
        number = len(self._events)
        self._tell(changes, number, number)
        return self._watch.checkpoint(self._last)

    def _take_in(self, until: float) -> None:
        pending = list(self._pending)
        super()._take_in(until)
        taken = len(pending) - len(self._pending)
        if taken:
            event = pending[taken - 1][1]
            self._last = (event.source, event.id)


def is_free(journal: Path) -> str:
    """Why a journal cannot be recorded by this process; empty where it can."""
    from drivers.journal import Journal

    with suppress(OSError):
        journal.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    try:
        with Journal(journal).recording():
            return ""
    except JournalError as error:
        return str(error)
