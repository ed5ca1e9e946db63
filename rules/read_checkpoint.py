"""Goes on from what has been taken down of a watch (write_checkpoint.py), exactly as that watch
would have: `Reader` puts the parts together again, and `Restored` is a watch's insides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import msgspec

from rules.compiled import CompiledRule
from rules.deadlines import Deadlines
from rules.finding import Confirmation, Evidence, Finding, Note
from rules.judge import Judge
from rules.liveness import adopt_source
from rules.matcher import Matcher
from rules.program import Programs
from rules.refused import Refused
from rules.reload import adopt
from rules.rule_base import RuleBase
from rules.source_state import Hearing, Origin, SourceState
from rules.subject import RuleState
from rules.values import read_instant, read_value
from rules.vocabulary import Event
from rules.words import Words
from rules.write_checkpoint import FORM

NOT_KEPT: Final = "findings of a checkpoint whose rules are not kept"

KeptRules = Callable[[str], RuleBase | None]
"""From the hash of rule texts to the rules; None where they are not kept."""

_BEFORE: Final = Hearing()
"""Any hearing of a source that is over."""


class _AnyLine(int):
    """The fingerprint of a line that is not known any more: it conflicts with none."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


_ANY_LINE: Final = _AnyLine()


def any_line() -> int:
    """The fingerprint of a line that is not known any more."""
    return _ANY_LINE


class Reader:
    """Gathers the parts of a checkpoint, which stand one behind the other."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What has been gathered."""
        return [event.data.state for event in self.events]

    def take(self, event: Event) -> bool:
        """Take the next part; whether it was the last and none is missing."""
        state = event.data.state
        if state.get("part") == 1:
            self.events = []
        self.events.append(event)
        if state.get("form") != FORM or state.get("part") != len(self.events):
            self.events = []
            return False
        return len(self.events) == state.get("of")

    def is_first_in(self, words: Words) -> bool:
        """Whether nothing but this checkpoint has been said yet."""
        seen = sum(len(source.seen) for source in words.sources.values())
        return not words.subjects and seen <= len(self.events)

    def goes_on_from(self, words: Words) -> bool:
        """Whether the event that came before the checkpoint was the last, or is at least known."""
        after = self.parts[0].get("after") or ["", ""]
        source = words.sources.get(after[0])
        return source is not None and after[1] in source.seen


class Restored:
    """A watch's insides, restored from the parts of a checkpoint.

    Raises:
        ValueError, TypeError, LookupError, AttributeError: the parts are no checkpoint.
    """

    def __init__(
        self, rule_base: RuleBase, parts: list[dict[str, Any]], kept: KeptRules | None
    ) -> None:
        self.deadlines = Deadlines()
        now = read_instant(parts[0]["now"])
        self.words = Words(Programs(rule_base, Matcher()), self.deadlines, now, Refused())
        self.judge = Judge(self.words, self.deadlines)
        self.orphans: dict[tuple[str, str], Finding] = {}
        self._kept = kept
        self._programs: dict[str, Programs | None] = {rule_base.hash: self.words.programs}
        self._origins: list[Origin] = []
        self._not_kept: list[str] = []
        sources: dict[str, SourceState] = {}
        parents: dict[str, str] = {}
        records = [record for part in parts for record in part["records"]]
        for kind, *values in records:
            if kind == "source":
                sources[values[0]] = self._source(*values)
        self._read_origins(records, sources)
        for kind, *values in records:
            if kind == "seen":
                for identity in values[1]:
                    self.words.recent.remember(sources[values[0]], identity, _ANY_LINE)
            elif kind == "subject":
                self.words.subject(values[0])
                if values[1] is not None:
                    parents[values[0]] = values[1]
            elif kind == "skewed" and (subject := self.words.subjects.get(values[0])):
                found = (subject.scope.facts.get(fact_name) for fact_name in values[1])
                subject.skewed.update({fact.slot: fact for fact in found if fact})
        for name, state in sources.items():
            adopt_source(self.words, name, state)
        self.words.newly_lost.clear()
        for kind, *values in records:
            if kind == "facts":
                self._facts(values[0], values[1])
        for name, subject in list(self.words.subjects.items()):
            parent = parents.get(name)
            self.words.attach(subject, self.words.subject(parent) if parent else None)
        for kind, *values in records:
            if kind == "state":
                self._state(values[0], values[1], values[2])
            elif kind == "orphan":
                finding = self._finding(values[2])
                if finding is not None:
                    self.orphans[values[0], values[1]] = finding
        self.judge.settle()
        self.judge.begin_ticks()
        self._counts(records)

    def _read_origins(self, records: list[list[Any]], sources: dict[str, SourceState]) -> None:
        for kind, *values in records:
            for identity, time, message, name, *heard in values[0] if kind == "origins" else ():
                source = sources[name]
                counts = source.heartbeat is None or (not source.lost and heard != [False])
                hearing = source.hearing if counts else _BEFORE
                origin = Origin(identity, read_instant(time), message, source.name, hearing)
                self._origins.append(origin)

    def _source(self, name: str, heard: str | None, lost: bool, followed: bool) -> SourceState:
        kind = name.partition("/")[0]
        declared = self.words.programs.rule_base.sources.get(kind)
        state = SourceState(name, kind, declared.heartbeat if declared else None)
        state.last_heard = read_instant(heard) if heard else None
        state.lost, state.followed = lost, followed
        return state

    def _origin(self, number: int | None) -> Origin | None:
        return None if number is None else self._origins[number]

    def _facts(self, name: str, facts: dict[str, list[Any]]) -> None:
        subject = self.words.subjects.get(name)
        for fact_name, (value, number) in facts.items() if subject else ():
            assert subject is not None
            fact = subject.scope.facts.get(fact_name)
            if fact is None or fact.declared.derived:
                continue
            try:
                read = None if value is None else read_value(fact.declared.type, value)
            except ValueError:
                # Other rules than those of the checkpoint may give the fact another type.
                continue
            self.words.put(subject, fact, read, self._origin(number))

    def _state(self, name: str, rule_id: str, said: dict[str, Any]) -> None:
        subject = self.words.subjects.get(name)
        rules = subject.scope.rules if subject else ()
        rule = next((rule for rule in rules if rule.rule.is_called(rule_id)), None)
        finding = self._finding(said["finding"]) if "finding" in said else None
        if subject is None or rule is None:
            if finding is not None:
                self.orphans[rule_id, name] = finding
            return
        state = RuleState()
        if "since" in said and said.get("hash") == rule.rule.hash:
            state.since = read_instant(said["since"])
        state.spent = bool(said.get("spent", False))
        state.spent_occurrence = said.get("spent_occurrence")
        state.finding = finding
        adopt(state, rule, subject, self.words, self.judge)

    def _finding(self, said: dict[str, Any]) -> Finding | None:
        programs = self._rules_of(said["rules"])
        compiled = _rule_of(said["rule"], programs)
        if programs is None or compiled is None:
            self._not_kept.append(f"{said['rule']} on {said['levels'][0]}")
            programs = self.words.programs
            compiled = _rule_of(said["rule"], programs)
            if compiled is None:
                return None
        values = said.get("values", {})
        frozen = [values.get(fact.name, (None, None)) for _, fact in compiled.evidence]
        finding = Finding(
            compiled,
            tuple(said["levels"]),
            read_instant(said["raised_at"]),
            said.get("occurrence"),
            tuple(value for value, _ in frozen),
            tuple(self._origin(number) for _, number in frozen),
            programs,
        )
        finding.recurred_at = tuple(read_instant(at) for at in said.get("recurred_at", ()))
        if "unconfirmed_since" in said:
            finding.unconfirmed_since = read_instant(said["unconfirmed_since"])
        if "acknowledged" in said:
            finding.acknowledged = msgspec.convert(said["acknowledged"], Note)
        confirmations: dict[str, Any] = said.get("confirmations", {})
        finding.confirmations = {
            name: msgspec.convert(one, Confirmation) for name, one in confirmations.items()
        }
        finding.notes = tuple(msgspec.convert(note, Note) for note in said.get("notes", ()))
        finding.noticed = tuple(msgspec.convert(one, Evidence) for one in said.get("noticed", ()))
        finding.ticked = list(said.get("ticked", ()))
        return finding

    def _rules_of(self, rules_hash: str) -> Programs | None:
        """The rules that a finding was raised by, which may be others than those that judge."""
        if rules_hash not in self._programs:
            rule_base = self._kept(rules_hash) if self._kept else None
            programs = None
            if rule_base is not None:
                programs = Programs(rule_base, Matcher())
                programs.matcher.close()
            self._programs[rules_hash] = programs
        return self._programs[rules_hash]

    def _counts(self, records: list[list[Any]]) -> None:
        refused = self.words.refused
        refused.counts.clear()
        refused.names.clear()
        for kind, *values in records:
            if kind == "count":
                refused.counts[values[0]] = values[1]
                if values[2]:
                    refused.names[values[0]] = Counter(values[2])
        for name in self._not_kept:
            refused.count(NOT_KEPT, name)


def _rule_of(rule_id: str, programs: Programs | None) -> CompiledRule | None:
    found = programs.rules if programs else []
    return next((rule for rule in found if rule.rule.is_called(rule_id)), None)
