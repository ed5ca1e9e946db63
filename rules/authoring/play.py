"""One test on its way through a watch: everything that happens in it, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from rules.authoring.rule_tests import ExpectedState, RuleTest, Said
from rules.engine import Watch
from rules.finding import Change, Finding
from rules.rule_base import RuleBase
from rules.vocabulary import (
    FACTS_CHANGED,
    FACTS_SNAPSHOT,
    FINDING_ACKNOWLEDGED,
    FINDING_CLOSED,
    SOURCE_HEARD,
    SOURCE_LOST,
    STEP_CONFIRMED,
    Event,
    EventData,
)

Log: TypeAlias = Iterable[tuple[Event, bytes]]
OpenLog: TypeAlias = Callable[[str], Log]
"""Opens a log by the path that a test names."""

Observer: TypeAlias = Callable[[Watch, Sequence[Change]], None]
"""Is shown the watch, and what has changed, after everything that happens in a test."""

NAME: Final = "test"
"""What subjects, sources and operators are called that a test does not name."""


class Play:
    """Lets what a test says happen to a watch."""

    def __init__(
        self, test: RuleTest, watch: Watch, log: Log | None, rule_base: RuleBase | None = None
    ) -> None:
        """`rule_base` has every fact that the test names, where the watch knows fewer."""
        self.test = test
        self.watch = watch
        self.found: list[Finding] = []
        self._log = log
        self.base = rule_base or watch.rule_base
        self._number = 0
        self._observers: list[Observer] = []
        self._heartbeats: dict[str, tuple[timedelta, datetime]] = {}
        self._silent: set[str] = set()

    def play(self, observer: Observer | None, until: datetime | None = None) -> None:
        """Let everything happen, up to a time."""
        test = self.test
        self._observers = [observer] if observer is not None else []
        states = sorted(test.states, key=lambda one: test.moment(one.at))
        happenings = self._from_log() if self._log is not None else self._from_events()
        for time, event, line in happenings:
            if until is not None and time > until:
                break
            while states and test.moment(states[0].at) < time:
                self.judge(states.pop(0))
            self.pass_time(time)
            self._note(self.watch.apply(event, line))
            if self._log is None:
                self._spoken(event)
        if until is not None:
            self.pass_time(until)
            return
        for state in states:
            self.judge(state)
        if (end := self._end()) is not None:
            self.pass_time(end)

    def _end(self) -> datetime | None:
        test = self.test
        if test.end is not None:
            return test.moment(test.end)
        if self._log is not None:
            return None
        times = [test.moment(said.at) for said in test.events]
        for finding in test.findings:
            times += [test.moment(one) for one in (finding.raised, finding.resolved) if one]
        return max(times, default=test.begin)

    def pass_time(self, to: datetime) -> None:
        """Let time pass, from deadline to deadline; the sources that are not lost are heard."""
        while True:
            due = self.watch.next_deadline
            beat = min(
                ((last + 2 * span, name) for name, (span, last) in self._heartbeats.items()),
                default=None,
            )
            if beat is not None and beat[0] <= to and (due is None or beat[0] <= due):
                event = self._event(SOURCE_HEARD, beat[0], f"watch/{NAME}", source=beat[1])
                self._note(self.watch.apply(event))
                self._heard(beat[1], beat[0])
            elif due is not None and due <= to:
                self._note(self.watch.advance(due))
            else:
                break
        self._note(self.watch.advance(to))

    def _note(self, changes: Sequence[Change]) -> None:
        self.found += [change.finding for change in changes if change.kind == "raised"]
        for observer in self._observers:
            observer(self.watch, changes)

    # What happens

    def _from_log(self) -> Iterator[tuple[datetime, Event, bytes]]:
        assert self._log is not None
        for event, line in self._log:
            yield event.time, event, line

    def _from_events(self) -> Iterator[tuple[datetime, Event, bytes]]:
        test = self.test
        said = sorted(test.events, key=lambda one: one.at)
        for scope, name, around in self._memberships(said):
            fact = self.base.facts[self.base.scopes[scope].member_by]
            facts = {fact.name: around}
            event = self._event(
                FACTS_CHANGED, test.begin, f"{fact.source}/{NAME}", f"{scope}/{name}", facts=facts
            )
            yield test.begin, event, b""
        for one in said:
            for event in self._events_of(one):
                yield event.time, event, b""

    def _memberships(self, said: list[Said]) -> Iterator[tuple[str, str, str]]:
        """Whom the test's subject is within, where the test does not say so itself."""
        scope, _, name = self.test.subject.partition("/")
        told = {fact for one in said for fact in one.facts}
        while scope in self.base.scopes and self.base.scopes[scope].within:
            member_by, within = self.base.scopes[scope].member_by, self.base.scopes[scope].within
            if member_by in told:
                return
            yield scope, name, NAME
            scope, name = within, NAME

    def _subject_of(self, scope: str, own: str, said: Mapping[str, Any]) -> str:
        """The subject of a scope that a fact is said about: the event's own, or one around it,
        which the event itself may name."""
        subject = own or self.test.subject
        inner = subject.partition("/")[0]
        if inner == scope:
            return subject
        while inner in self.base.scopes and self.base.scopes[inner].within:
            named = said.get(self.base.scopes[inner].member_by)
            inner = self.base.scopes[inner].within
            if inner == scope and isinstance(named, str) and named:
                return f"{scope}/{named}"
        around = self.watch.words.subjects.get(subject)
        for one in around.lineage() if around else ():
            if one.scope.name == scope:
                return one.name
        return f"{scope}/{NAME}"

    def _events_of(self, said: Said) -> Iterator[Event]:
        time = self.test.begin + said.at
        parts: dict[tuple[str, str], dict[str, Any]] = {}
        for name, value in (*said.facts.items(), *((name, None) for name in said.unknown)):
            fact = self.base.facts[name]
            source = said.source or f"{fact.source}/{NAME}"
            subject = self._subject_of(fact.scope, said.subject, said.facts)
            parts.setdefault((subject, source), {})[name] = value
        if said.families and not parts:
            kinds = {f.source for f in self.base.facts.values() if f.family in said.families}
            for kind in sorted(kinds - {""}):
                parts[said.subject or self.test.subject, said.source or f"{kind}/{NAME}"] = {}
        for (subject, source), facts in sorted(parts.items(), key=self._comes_first):
            kind = FACTS_SNAPSHOT if said.families else FACTS_CHANGED
            yield self._event(
                kind, time, source, subject, facts=facts, families=list(said.families)
            )
        for kind, name in (
            (SOURCE_LOST, said.lost),
            (SOURCE_HEARD, said.heard),
            (SOURCE_HEARD, said.silent),
        ):
            if name:
                source = name if "/" in name else f"{name}/{NAME}"
                if name == said.silent:
                    self._silent.add(source)
                yield self._event(kind, time, f"watch/{NAME}", source=source)
        subject = said.subject or self.test.subject
        operator = f"operator/{NAME}"
        if said.confirm:
            yield self._event(
                STEP_CONFIRMED, time, operator, subject, rule=said.rule, confirm=said.confirm
            )
        if said.close:
            yield self._event(
                FINDING_CLOSED, time, operator, subject, rule=said.rule, reason=said.close
            )
        if said.acknowledge:
            yield self._event(
                FINDING_ACKNOWLEDGED, time, operator, subject, rule=said.rule, note=said.acknowledge
            )

    def _comes_first(self, part: tuple[tuple[str, str], object]) -> tuple[bool, int]:
        """At one instant what people have said stands first, then what is said of wider scopes:
        so nothing is raised that they rule out."""
        (subject, source), _ = part
        kind = self.base.sources.get(source.partition("/")[0])
        scope = subject.partition("/")[0]
        depth = len(self.base.scope_chain(scope)) if scope in self.base.scopes else 0
        return kind is not None and kind.heartbeat is not None, depth

    def _event(
        self, kind: str, time: datetime, source_name: str, subject: str = "", **data: Any
    ) -> Event:
        self._number += 1
        return Event(
            id=str(self._number),
            source=source_name,
            type=kind,
            time=time,
            subject=subject,
            data=EventData(**data),
        )

    def _spoken(self, event: Event) -> None:
        """Keep a source heard that has spoken, until it is lost or falls silent."""
        if event.type == SOURCE_LOST:
            self._heartbeats.pop(event.data.source, None)
        elif event.type == SOURCE_HEARD:
            if event.data.source in self._silent:
                self._silent.remove(event.data.source)
                self._heartbeats.pop(event.data.source, None)
            else:
                self._heard(event.data.source, event.time)
        else:
            self._heard(event.source, event.time)

    def _heard(self, source: str, time: datetime) -> None:
        kind = self.base.sources.get(source.partition("/")[0])
        if kind is not None and kind.heartbeat is not None:
            self._heartbeats[source] = kind.heartbeat, time

    def judge(self, expected: ExpectedState) -> None:
        """Hold the watch against what must be so now; whoever judges says how."""
