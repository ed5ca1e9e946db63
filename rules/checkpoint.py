"""A watch's whole state as plain documents, by which any part of a journal can be read alone.

`Writer` takes a watch down, `Reader` puts the parts together again, and `Restored` goes on from
them exactly as the watch would have. What can be concluded is not written: it is concluded anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec

from rules.compiled import CompiledRule
from rules.deadlines import Deadlines
from rules.finding import Confirmation, Evidence, Finding, Note
from rules.judge import Judge
from rules.matcher import Matcher
from rules.program import Programs
from rules.reload import adopt
from rules.rule_base import RuleBase
from rules.source_state import Hearing, Origin, SourceState
from rules.subject import RuleState, Subject
from rules.values import read_instant, read_value
from rules.vocabulary import Event
from rules.words import Words

FORM: Final = 1
"""The form of the documents; another one is not read."""
LARGEST_PART: Final = 1 << 19
"""Bytes of JSON, or little more, in one part."""
NOT_KEPT: Final = "findings of a checkpoint whose rules are not kept"

KeptRules = Callable[[str], RuleBase | None]
"""From the hash of rule texts to the rules; None where they are not kept."""

_MANY: Final = 500
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


class Writer:
    """What is written of a watch: its words, its orphaned findings, and what came last."""

    def __init__(self, words: Words, orphans: dict[tuple[str, str], Finding]) -> None:
        self._words = words
        self._orphans = orphans
        self._origins: dict[tuple[object, ...], int] = {}
        self._new_origins: list[list[Any]] = []

    def parts(self, after: tuple[str, str] | None) -> list[dict[str, Any]]:
        """The documents, each for one line of a journal; `after` names the source and the id of
        the last event that the watch has taken in."""
        parts: list[list[Any]] = [[]]
        size = 0
        for record in self._all():
            for one in [*self._take_origins(), record]:
                length = len(msgspec.json.encode(one))
                if size and size + length > LARGEST_PART:
                    parts.append([])
                    size = 0
                parts[-1].append(one)
                size += length
        head = {
            "form": FORM,
            "rules": self._words.programs.rule_base.hash,
            "now": _instant(self._words.now),
            "after": list(after or ()),
        }
        return [
            {**head, "part": number, "of": len(parts), "records": records}
            for number, records in enumerate(parts, 1)
        ]

    def _take_origins(self) -> list[list[Any]]:
        new, self._new_origins = self._new_origins, []
        return [["origins", new]] if new else []

    def _all(self) -> Iterator[list[Any]]:
        words = self._words
        for source in words.sources.values():
            heard = _instant(source.last_heard)
            yield ["source", source.name, heard, source.lost, source.followed]
        spoken = zip(words.recent_sources, words.recent_ids, strict=True)
        for source, run in groupby(spoken, key=itemgetter(0)):
            ids = [identity for _, identity in run]
            for start in range(0, len(ids), _MANY):
                yield ["seen", source.name, ids[start : start + _MANY]]
        for subject in words.subjects.values():
            yield ["subject", subject.name, subject.parent.name if subject.parent else None]
            if subject.skewed:
                # A lost source's instant stays ahead, however much time has passed since.
                yield ["skewed", subject.name, [fact.name for fact in subject.skewed.values()]]
        for subject in words.subjects.values():
            facts = self._facts(subject)
            names = list(facts)
            for start in range(0, len(names), _MANY):
                chosen = names[start : start + _MANY]
                yield ["facts", subject.name, {name: facts[name] for name in chosen}]
        for subject in words.subjects.values():
            for index, state in subject.states.items():
                rule = words.programs.rules[index].rule
                yield ["state", subject.name, rule.id, self._state(state) | {"hash": rule.hash}]
        for (rule_id, name), finding in self._orphans.items():
            yield ["orphan", rule_id, name, self._finding(finding)]
        for kind, count in words.counts.items():
            yield ["count", kind, count, dict(words.names.get(kind, {}))]

    def _facts(self, subject: Subject) -> dict[str, list[Any]]:
        found = {}
        for fact in subject.scope.facts.values():
            value, origin = subject.raw[fact.slot], subject.origins[fact.slot]
            if fact.declared.derived or (origin is None and fact.default_from_start):
                continue
            if origin is not None or value is not None:
                found[fact.name] = [value, self._number(origin)]
        return found

    def _number(self, origin: Origin | None) -> int | None:
        if origin is None:
            return None
        heard = self._words.is_heard(origin)
        said = (origin.id, _instant(origin.time), origin.message, origin.source, heard)
        number = self._origins.get(said)
        if number is None:
            number = self._origins[said] = len(self._origins)
            self._new_origins.append(list(said[:4] if heard else said))
        return number

    def _state(self, state: RuleState) -> dict[str, Any]:
        return _filled(
            since=_instant(state.since),
            spent=state.spent,
            spent_occurrence=state.spent_occurrence,
            finding=self._finding(state.finding) if state.finding else None,
        )

    def _finding(self, finding: Finding) -> dict[str, Any]:
        frozen = finding.frozen()
        return _filled(
            rules=frozen.rules,
            rule=finding.rule.id,
            levels=list(frozen.levels),
            raised_at=_instant(finding.raised_at),
            occurrence=finding.occurrence,
            values={
                name: [value, self._number(origin)]
                for name, (value, origin) in frozen.facts.items()
                if value is not None or origin is not None
            },
            recurred_at=[_instant(at) for at in finding.recurred_at],
            unconfirmed_since=_instant(finding.unconfirmed_since),
            acknowledged=_builtins(finding.acknowledged),
            confirmations={name: _builtins(one) for name, one in finding.confirmations.items()},
            notes=[_builtins(note) for note in finding.notes],
            noticed=[_builtins(one) for one in finding.noticed],
            ticked=finding.ticked,
        )


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
        self.words = Words(Programs(rule_base, Matcher()), self.deadlines, now)
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
                    self.words.remember(sources[values[0]], identity, _ANY_LINE)
            elif kind == "subject":
                self.words.subject(values[0])
                if values[1] is not None:
                    parents[values[0]] = values[1]
            elif kind == "skewed" and (subject := self.words.subjects.get(values[0])):
                found = (subject.scope.facts.get(fact_name) for fact_name in values[1])
                subject.skewed.update({fact.slot: fact for fact in found if fact})
        for name, state in sources.items():
            self.words.adopt_source(name, state)
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
        words = self.words
        words.counts.clear()
        words.names.clear()
        for kind, *values in records:
            if kind == "count":
                words.counts[values[0]] = values[1]
                if values[2]:
                    words.names.setdefault(values[0], type(words.counts)()).update(values[2])
        for name in self._not_kept:
            words.count(NOT_KEPT, name)


def _rule_of(rule_id: str, programs: Programs | None) -> CompiledRule | None:
    found = programs.rules if programs else []
    return next((rule for rule in found if rule.rule.is_called(rule_id)), None)


def _instant(time: Any) -> str | None:
    return None if time is None else time.isoformat()


def _builtins(value: Any) -> Any:
    return None if value is None else msgspec.to_builtins(value)


def _filled(**members: Any) -> dict[str, Any]:
    """The members without those that say nothing."""
    return {
        name: value
        for name, value in members.items()
        if value is not None and value != [] and value != {}
    }
