"""A watch over a journal that this process records: what a checkpoint is taken from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from drivers.journal import Faults, Follower
from rules.engine import BEGINNING, Watch
from rules.faults import RuleBaseError
from rules.rule_base import RuleBase
from rules.vocabulary import FACTS_CHANGED, Event, EventData
from tui.rule_choice import kept_rules
from tui.session.run import KeptRules, obey_rules_loaded


class JournalJudge:
    """Applies the rules to everything that comes into a journal."""

    def __init__(self, path: Path, rule_base: RuleBase, kept: KeptRules | None = None) -> None:
        """Judge by `rule_base`, and by what the journal says was loaded where that is kept."""
        self.faults = Faults(keep=20)
        self._follower = Follower(path, faults=self.faults)
        self._kept = knowing(rule_base, kept)
        self.watch = Watch(rule_base, kept=self._kept)
        self._last: tuple[str, str] | None = None
        self._ahead: Watch | None = None

    def at(self, now: datetime) -> Watch:
        """The watch as it stands then, where the journal has been silent until then."""
        due = (self._ahead or self.watch).next_deadline
        if due is not None and due <= now:
            # The journal's own watch stays where the journal is: it never runs ahead of it.
            self._ahead = self.watch.copy()
            self._ahead.advance(now)
        return self._ahead or self.watch

    def catch_up(self) -> None:
        """Take in everything that stands in the journal now."""
        while batch := self._follower.poll():
            self._ahead = None
            for event, line in batch:
                changes = self.watch.apply(event, line)
                if self.watch.notices:
                    obey_rules_loaded(self.watch, changes, self._kept)
                    self.watch.notices.clear()
                self._last = (event.source, event.id)

    @property
    def now(self) -> datetime | None:
        """The time of the last event that was taken in."""
        return None if self.watch.now == BEGINNING else self.watch.now

    def checkpoint(self, at: datetime) -> list[dict[str, Any]]:
        """Let time pass to an instant, and give the whole state."""
        self.watch.advance(at)
        return self.watch.checkpoint(self._last)

    def close(self) -> None:
        """Let go of the journal."""
        self._follower.close()
        self.watch.close()


def knowing(rule_base: RuleBase, kept: KeptRules | None) -> KeptRules:
    """Finds the rules that are at hand by their hash, and others where they are kept."""

    def find(rules_hash: str) -> RuleBase | None:
        if rules_hash == rule_base.hash:
            return rule_base
        return kept(rules_hash) if kept is not None else None

    return find


def kept_in(journals: Sequence[str]) -> KeptRules:
    """Finds the rules that are kept beside journals."""
    found: dict[str, RuleBase | None] = {}

    def find(rules_hash: str) -> RuleBase | None:
        if rules_hash not in found:
            try:
                found[rules_hash] = kept_rules(journals, rules_hash)
            except (RuleBaseError, OSError, ValueError):
                found[rules_hash] = None
        return found[rules_hash]

    return find


def said_by(watch: Watch, sources: Iterable[str]) -> Iterator[Event]:
    """What sources have said that still counts, as events at the times at which they said it: for
    a driver that has to remember it, wherever in the journal it stood."""
    wanted = frozenset(sources)
    told: dict[tuple[datetime, str, str, str], dict[str, Any]] = {}
    messages: dict[tuple[datetime, str, str, str], str] = {}
    for name, subject in watch.words.subjects.items():
        for fact in subject.scope.facts.values():
            origin = subject.origins[fact.slot]
            if origin is not None and origin.source in wanted:
                key = (origin.time, name, origin.source, origin.id)
                told.setdefault(key, {})[fact.name] = subject.raw[fact.slot]
                messages[key] = origin.message
    for key in sorted(told):
        time, name, source, identity = key
        data = EventData(facts=told[key], message=messages[key])
        yield Event(identity, source, FACTS_CHANGED, time, name, data)
