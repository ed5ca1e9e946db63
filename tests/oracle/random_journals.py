"""Random journals over random rule bases: what sources, operators and the watch could say, and a
good deal that they should not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from oracle.random_rule_bases import (
    CONSTANTS,
    RandomFact,
    RandomRuleBase,
    random_rule_base,
)
from oracle.reference_watch import ReferenceWatch

from rules import vocabulary
from rules.vocabulary import Event, EventData

BEGINNING: Final = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PACES: Final = (
    *(timedelta(),) * 3,
    _MICROSECOND,
    timedelta(seconds=1),
    timedelta(seconds=10),
    timedelta(seconds=45),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
_WRONG: Final[tuple[Any, ...]] = (
    *("", "five", "2026-13-01T00:00:00Z", "2026-11-22T02:00:00", "x" * 65_537),
    *(-1, 2**53 + 1, 2**63, 1e300, float("nan"), float("inf"), True, [], [1], {}, {"a": 1}),
)


class Reload(msgspec.Struct, frozen=True):
    """From a time on, the journal is judged by another rule base."""

    pieces: list[str]
    at: datetime


class Pass(msgspec.Struct, frozen=True):
    """Time passes and nobody says anything."""

    to: datetime


Step = Event | Reload | Pass


class Chronicler:
    """Writes a journal step by step, with an eye on the reference: steps fall on deadlines and
    operators speak of findings that are open."""

    def __init__(
        self, base: RandomRuleBase, reference: ReferenceWatch, chance: random.Random
    ) -> None:
        self._base = base
        self._reference = reference
        self._chance = chance
        self._now = BEGINNING
        self._count = 0
        self._last: Event | None = None
        self._subjects = [
            f"{scope}/{name}"
            for scope in base.scopes
            for name in (("p1", "p2") if scope != base.scopes[-1] else ("p1",))
        ]

    def next(self, *, reloads: bool = True) -> Step:
        """The next step of the journal."""
        chance = self._chance
        self._move_on()
        draw = chance.random()
        if draw < 0.03 and reloads:
            return Reload(changed_pieces(self._base, chance), self._now)
        if draw < 0.08:
            return Pass(self._now)
        if draw < 0.12 and self._last is not None:
            return self._again(self._last)
        self._last = self._event()
        return self._last

    def _move_on(self) -> None:
        chance = self._chance
        deadline = self._reference.next_deadline()
        if deadline is not None and chance.random() < 0.4:
            at = deadline + chance.choice([-_MICROSECOND, timedelta(), timedelta(), _MICROSECOND])
            self._now = max(self._now, min(at, self._now + timedelta(days=2)))
        else:
            self._now += chance.choice(_PACES)

    def _again(self, event: Event) -> Event:
        """A duplicate, now and then with other content."""
        if self._chance.random() < 0.5:
            return msgspec.structs.replace(event, time=self._now)
        data = EventData(facts={fact.name: None for fact in self._base.facts[:1]})
        return msgspec.structs.replace(event, time=self._now, data=data)

    def _event(self) -> Event:
        draw = self._chance.random()
        if draw < 0.55:
            return self._facts(vocabulary.FACTS_CHANGED)
        if draw < 0.72:
            return self._facts(vocabulary.FACTS_SNAPSHOT)
        if draw < 0.84:
            return self._operators_word()
        if draw < 0.89:
            return self._watchs_word(vocabulary.SOURCE_HEARD, source=self._source())
        if draw < 0.94:
            return self._watchs_word(vocabulary.SOURCE_LOST, source=self._source())
        kind = self._chance.choice(
            [
                vocabulary.WATCH_STARTED,
                vocabulary.WATCH_STARTED,
                vocabulary.WATCH_STOPPED,
                vocabulary.RULES_LOADED,
                "watchkeeper.something.else",
            ]
        )
        return self._watchs_word(kind)

    def _make(self, source: str, kind: str, subject: str, data: EventData) -> Event:
        self._count += 1
        time = self._now
        if self._chance.random() < 0.05:
            time -= self._chance.choice([_MICROSECOND, timedelta(seconds=30), timedelta(hours=1)])
        name = f"{self._count}" if self._chance.random() < 0.97 else "1"
        return Event(id=name, source=source, type=kind, time=time, subject=subject, data=data)

    def _source(self) -> str:
        kind = self._chance.choice([*self._base.sources, "oneview", "oneview", "nobody"])
        return f"{kind}/{self._chance.choice('aab')}"

    def _watchs_word(self, kind: str, *, source: str = "") -> Event:
        return self._make("watch/here", kind, "", EventData(source=source))

    def _facts(self, kind: str) -> Event:
        chance = self._chance
        subject = chance.choice(self._subjects)
        if chance.random() < 0.02:
            subject = chance.choice(["", "nowhere/p1", "pair", "p1"])
        source = self._source()
        scope = subject.partition("/")[0]
        owned = [
            fact
            for fact in self._base.facts
            if fact.scope == scope and fact.source == source.partition("/")[0]
        ]
        if not owned and chance.random() < 0.9:
            owned = [fact for fact in self._base.facts if fact.scope == scope and fact.source]
            if owned:
                source = f"{chance.choice(owned).source}/a"
                owned = [fact for fact in owned if fact.source == source.partition("/")[0]]
        if chance.random() < 0.06:
            owned = self._base.facts
        wanted = chance.sample(owned, min(len(owned), chance.choice([0, 1, 1, 2, 3, 5])))
        facts = {fact.name: random_value(fact, chance, self._now) for fact in wanted}
        if chance.random() < 0.02:
            facts["unheard.of"] = 1
        families = ["state", "update", *self._base.scopes]
        data = EventData(facts=facts)
        if kind == vocabulary.FACTS_SNAPSHOT:
            named = [f"{family}_{scope}" for family in families[:2]] + families
            data.families = [family for family in named if chance.random() < 0.6]
        return self._make(source, kind, subject, data)

    def _operators_word(self) -> Event:
        chance = self._chance
        kinds = (
            *(vocabulary.STEP_CONFIRMED,) * 3,
            *(vocabulary.FINDING_CLOSED,) * 2,
            vocabulary.FINDING_ACKNOWLEDGED,
            vocabulary.NOTE_WRITTEN,
        )
        open_findings = [
            key for key, memory in self._reference.memories.items() if memory.finding is not None
        ]
        rule, subject = "rule-0", chance.choice(self._subjects)
        if open_findings and chance.random() < 0.9:
            rule, subject = chance.choice(sorted(open_findings))
        data = EventData(
            rule=rule,
            confirm=chance.choice(["fixed", "fixed", "seen", "other"]),
            reason=chance.choice(["done", "done", "done", ""]),
            note="noted",
        )
        return self._make("operator/anna", chance.choice(kinds), subject, data)


def random_value(fact: RandomFact, chance: random.Random, now: datetime) -> Any:
    """What a source could say about a fact, a tenth of it useless."""
    if fact.name.endswith(".within") and chance.random() < 0.8:
        return chance.choice(["p1", "p1", "p2"])
    draw = chance.random()
    if draw < 0.06:
        return None
    if draw < 0.1:
        return chance.choice(_WRONG)
    if fact.type == "enum" and draw < 0.16:
        return chance.choice(["four", "", "unrecognised"])
    if fact.type == "instant" and draw < 0.75:
        # Near enough to now for ages and the five minutes' tolerance to matter.
        seconds = chance.choice([0, 0, -10, -59, -60, -300, -3600, 1, 299, 300, 301, 420])
        fine = chance.choice([-1, 0, 0, 0, 1])
        return (now + timedelta(seconds=seconds, microseconds=fine)).isoformat()
    return chance.choice(CONSTANTS[fact.type])


def changed_pieces(base: RandomRuleBase, chance: random.Random) -> list[str]:
    """The same catalogue under rules of which some are gone and some are changed."""
    pieces = []
    for piece in base.pieces:
        draw = chance.random()
        if "[[rule]]" not in piece or draw < 0.5:
            pieces.append(piece)
        elif draw < 0.65:
            pieces.append(piece.replace('severity = "warning"', 'severity = "notice"'))
        elif draw < 0.8:
            pieces.append(_with_the_body_of_another(piece, base, chance))
    return pieces


def _with_the_body_of_another(piece: str, base: RandomRuleBase, chance: random.Random) -> str:
    """A rule that keeps its id and says what another rule of the same base says."""
    others = [other for other in base.pieces if "[[rule]]" in other]
    own_id = next(line for line in piece.splitlines() if line.startswith("id = "))
    other = chance.choice(others)
    other_id = next(line for line in other.splitlines() if line.startswith("id = "))
    return other.replace(other_id, own_id)


__all__ = ["BEGINNING", "Chronicler", "Pass", "Reload", "Step", "random_rule_base", "random_value"]
