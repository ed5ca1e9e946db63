"""The same evaluator in plain Python with the duties of a watch: the opponent that tells what
durable_rules in the middle costs, and what the duties do.

Its duties: times never go back, a silent source is missed, an event's id counts once within
65,536 of its source and another line under it is noticed, values have their declared types, each
fact remembers the event that set it, and findings freeze their evidence.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from plain_python import Found, PlainPython
from workload import Fact, Rule, Value

from rules.vocabulary import Event

_WINDOW: Final = 65_536
_LARGEST: Final = 2**53
_PATIENCE: Final = timedelta(minutes=3)
_TYPES: Final[dict[str, type]] = {"bool": bool, "enum": str, "int": int, "float": float}

Origin: TypeAlias = tuple[str, datetime, str, str]
"""An event's id, time, message and source."""


class _Source:
    """What is known of a source; `seen` and `before` are the ids of two windows."""

    __slots__ = ("before", "heard", "seen")

    def __init__(self, heard: datetime) -> None:
        self.heard = heard
        self.seen: dict[str, int] = {}
        self.before: dict[str, int] = {}


class _Finding:
    """A finding with its evidence."""

    __slots__ = ("origins", "raised_at", "resolved_at", "rule", "subject", "values")

    def __init__(
        self,
        rule: Rule,
        subject: str,
        raised_at: datetime,
        values: tuple[Value, ...],
        origins: tuple[Origin, ...],
    ) -> None:
        self.rule = rule
        self.subject = subject
        self.raised_at = raised_at
        self.resolved_at: datetime | None = None
        self.values = values
        self.origins = origins


class _Pair:
    """A subject: values and their origins by fact, classes, open findings by rule."""

    __slots__ = ("classes", "open", "origins", "values")

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.origins: dict[str, Origin] = {}
        self.classes: dict[str, int] = {}
        self.open: dict[int, _Finding] = {}


class PlainDuties(PlainPython):
    """Findings from lines, with a watch's duties."""

    def __init__(self, rules: list[Rule], facts: list[Fact]) -> None:
        super().__init__(rules)
        self._rules = rules
        self._evidence = [
            tuple(dict.fromkeys(part.fact.name for part in rule.every_condition)) for rule in rules
        ]
        index = self._index
        self._facts: dict[str, tuple[Any, int | None, Any]] = {
            fact.name: (
                _TYPES[fact.kind],
                -_LARGEST if fact.kind in ("int", "float") else None,
                index.get(fact.name),
            )
            for fact in facts
        }
        self._sources: dict[str, _Source] = {}
        self._subjects: dict[str, _Pair] = {}
        self._now: datetime | None = None
        self.refused = 0

    def apply_line(self, index: int, line: bytes, event: Event, found: Found) -> None:
        """One event's findings, raised and resolved, appended to `found`."""
        time = event.time
        if self._now is None or time > self._now:
            self._now = time
        elif time < self._now:
            time = self._now
        source = self._sources.get(event.source)
        if source is None:
            source = self._sources[event.source] = _Source(time)
        elif time - source.heard >= _PATIENCE:
            raise RuntimeError("a source was silent, which this workload has not")
        source.heard = time
        identity, seen = event.id, source.seen
        fingerprint = hash(line)
        if identity in source.before or seen.setdefault(identity, fingerprint) is not fingerprint:
            self.refused += 1
            return
        if len(seen) == _WINDOW:
            source.before, source.seen = seen, {}
        pair = self._subjects.get(event.subject)
        if pair is None:
            pair = self._subjects[event.subject] = _Pair()
        concerned: list[int] | set[int] | None = None
        data = event.data
        origin: Origin = (identity, time, data.message, event.source)
        values, classes, origins = pair.values, pair.classes, pair.origins
        declared = self._facts
        first = not values

        for name, value in data.facts.items():
            fact = declared.get(name)
            if fact is None or type(value) is not fact[0]:
                self.refused += 1
                continue
            if fact[1] is not None and not fact[1] <= value <= _LARGEST:
                self.refused += 1
                continue
            if values.get(name) == value:
                continue
            values[name] = value
            origins[name] = origin
            entry = fact[2]
            if entry is None:
                continue
            new = entry[0](value)
            old = classes.get(name)
            if new == old:
                continue
            classes[name] = new
            if old is not None:
                affected = entry[1][old][new]
                if affected is None:
                    affected = self._affected(name, old, new)
                concerned = affected if concerned is None else {*concerned, *affected}
        if first:
            concerned = list(range(len(self._programs)))
        if concerned:
            self._judge(index, concerned, event.subject, pair, found)

    def _judge(
        self,
        index: int,
        concerned: list[int] | set[int],
        subject: str,
        pair: _Pair,
        found: Found,
    ) -> None:
        values, open_, programs = pair.values, pair.open, self._programs
        now = self._now
        assert now is not None
        for position in concerned:
            if programs[position](values):
                if position not in open_:
                    names = self._evidence[position]
                    origins = pair.origins
                    open_[position] = _Finding(
                        self._rules[position],
                        subject,
                        now,
                        tuple([values[name] for name in names]),
                        tuple([origins[name] for name in names]),
                    )
                    found.append((index, True, self._ids[position], subject))
            elif position in open_:
                open_.pop(position).resolved_at = now
                found.append((index, False, self._ids[position], subject))
