"""What is known of every subject, worked out anew at each question: words, sources, membership,
derived facts. It is the lower half of the reference watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from rules.evaluate import is_ahead, truth
from rules.pattern import Pattern
from rules.rule_base import Fact, RuleBase
from rules.values import FUTURE_TOLERANCE, Value, comparable, read_instant, read_value
from rules.vocabulary import FACTS_SNAPSHOT, UNRECOGNISED, Event, Truth


@dataclass
class Word:
    """What a source last said about a fact: a value, or that it cannot say one."""

    value: Value | None
    source: str
    hearing: int
    """In which time of hearing its source it was said, counted from one."""


class Loss(NamedTuple):
    """When a source was lost, and whether by the heartbeats that it missed."""

    at: datetime
    missed: bool


class ReferenceFacts:
    """All that has been said, and by whom."""

    def __init__(self, rule_base: RuleBase) -> None:
        self.base = rule_base
        self.now = datetime.min.replace(tzinfo=UTC)
        self.words: dict[tuple[str, str], Word] = {}
        self.subjects: set[str] = set()
        self.last_heard: dict[str, datetime] = {}
        self.said_to_be_lost: dict[str, datetime] = {}
        self.hearings: Counter[str] = Counter()
        """How often each source that can be lost has been heard when it was not."""
        self.losses: dict[tuple[str, int], Loss] = {}
        """How each hearing that is over came to its end."""
        self.counts: Counter[str] = Counter()
        self.mentioned: set[str] = set()
        self.unknown_kinds: Counter[str] = Counter()
        """How many sources of each kind have been mentioned that the rule base did not declare."""
        self.known_now: dict[tuple[str, str], Value | None] = {}

    def mention(self, source: str) -> None:
        """A source speaks, or is spoken of; the watch and the operators are known everywhere."""
        kind = source.partition("/")[0]
        if source not in self.mentioned and kind not in {*self.base.sources, "watch", "operator"}:
            self.unknown_kinds[kind] += 1
        self.mentioned.add(source)

    def hear(self, source: str) -> None:
        self.mention(source)
        if self.is_lost(source):
            if source in self.last_heard:
                self.losses[source, self.hearings[source]] = self._loss(source)
            self.hearings[source] += 1
        self.last_heard[source] = self.now
        self.said_to_be_lost.pop(source, None)

    def take_facts(self, event: Event) -> None:
        scope, kind = scope_of(event.subject), event.source.partition("/")[0]
        if scope not in self.base.scopes or not event.subject.partition("/")[2]:
            self.counts["rejected"] += 1
            return
        if any(
            name in self.base.facts and self.base.facts[name].derived for name in event.data.facts
        ):
            self.counts["rejected"] += 1
            return
        self.meet(event.subject)
        for name, raw in event.data.facts.items():
            fact = self.base.facts.get(name)
            if fact is None or fact.scope != scope or fact.source != kind:
                self.counts["ignored"] += 1
                continue
            value = self._read(fact, raw)
            if value is None and self._is_only_replaced(event.subject, fact):
                self.counts["not cleared"] += 1
                continue
            self._say(event, name, value)
        if event.type == FACTS_SNAPSHOT:
            self._take_silence(event, scope, kind)

    def _take_silence(self, event: Event, scope: str, kind: str) -> None:
        """What a snapshot means by not mentioning a fact."""
        for fact in self.base.facts.values():
            covered = fact.family in event.data.families and not fact.memory
            if fact.scope != scope or not covered or fact.name in event.data.facts:
                continue
            word = self.words.get((event.subject, fact.name))
            if fact.source == kind and fact.default is not None:
                nobody_says = word is None or word.value is None
                if _is_own(word, event) or (self.has_heartbeat(kind) and nobody_says):
                    self._say(event, fact.name, fact.default)
            elif word is not None and _is_own(word, event):
                self._say(event, fact.name, None)

    def _say(self, event: Event, name: str, value: Value | None) -> None:
        word = Word(value, event.source, self.hearings[event.source])
        self.words[event.subject, name] = word

    def _is_only_replaced(self, subject: str, fact: Fact) -> bool:
        """Whether a fact of the watch's memory that tells an occurrence has a value."""
        word = self.last_word(subject, fact)
        tells = fact.memory and any(rule.occurrence == fact.name for rule in self.base.rules)
        return tells and word is not None and word.value is not None

    def _read(self, fact: Fact, raw: object) -> Value | None:
        if raw is None:
            return None
        try:
            value = read_value(fact.type, raw)
        except ValueError:
            self.counts["unreadable"] += 1
            return None
        return UNRECOGNISED if fact.type == "enum" and value not in fact.values else value

    def is_lost(self, source: str) -> bool:
        """Whether a source's words do not count at present (law 8)."""
        kind = self.base.sources.get(source.partition("/")[0])
        if kind is None or kind.heartbeat is None:
            return False
        if source in self.said_to_be_lost or source not in self.last_heard:
            return True
        return self.now - self.last_heard[source] >= 3 * kind.heartbeat

    def _loss(self, source: str) -> Loss:
        """How a source that is not heard now was lost."""
        heartbeat = self.base.sources[source.partition("/")[0]].heartbeat
        assert heartbeat is not None
        missed = self.last_heard[source] + 3 * heartbeat
        said = self.said_to_be_lost.get(source)
        return Loss(missed, True) if said is None or said >= missed else Loss(said, False)

    def is_heard(self, word: Word) -> bool:
        """Whether its source has not been lost since it said a word (law 8)."""
        if not self.is_lost(word.source):
            kind = self.base.sources.get(word.source.partition("/")[0])
            can_be_lost = kind is not None and kind.heartbeat is not None
            return not can_be_lost or word.hearing == self.hearings[word.source]
        return False

    def has_heartbeat(self, kind: str) -> bool:
        """Whether sources of a kind can be lost."""
        return self.base.sources[kind].heartbeat is not None

    def last_word(self, subject: str, fact: Fact) -> Word | None:
        """What stands on a fact, whether or not its source is lost."""
        word = self.words.get((subject, fact.name))
        if word is None and fact.default is not None and not self.has_heartbeat(fact.source):
            return Word(fact.default, "", 0)
        return word

    def meet(self, subject: str) -> None:
        """A subject is spoken of; so are those that it is within now."""
        self.subjects.add(subject)
        parent = self.parent(subject)
        if parent is not None:
            self.meet(parent)

    def parent(self, subject: str) -> str | None:
        """The subject that a subject is within."""
        scope = self.base.scopes[scope_of(subject)]
        if not scope.within:
            return None
        word = self.last_word(subject, self.base.facts[scope.member_by])
        if word is None or word.value is None or word.value == "":
            return None
        return f"{scope.within}/{word.value}"

    def holder(self, subject: str, scope: str) -> str | None:
        """The subject itself or the one around it that is of a scope."""
        around: str | None = subject
        while around is not None and scope_of(around) != scope:
            around = self.parent(around)
        return around

    def value(self, subject: str, name: str) -> Value | None:
        """A fact as a subject's rules see it; None where it is unknown."""
        fact = self.base.facts.get(name)
        holder = None if fact is None else self.holder(subject, fact.scope)
        if fact is None or holder is None:
            return None
        if (holder, name) not in self.known_now:
            self.known_now[holder, name] = self._value_of_its_own(holder, fact)
        return self.known_now[holder, name]

    def _value_of_its_own(self, subject: str, fact: Fact) -> Value | None:
        if fact.derived:
            return self._derived(subject, fact)
        if fact.source == "engine":
            return self._noticed(subject, fact)
        word = self.last_word(subject, fact)
        if word is None or not (fact.memory or self.is_heard(word)):
            return None
        return word.value

    def _derived(self, subject: str, fact: Fact) -> Value | None:
        derivations = [each for each in self.base.derivations if each.fact == fact.name]
        truths = [self.truth(each.when, subject) for each in derivations]
        concluded = [
            each.value
            for each, holds in zip(derivations, truths, strict=True)
            if holds == Truth.TRUE
        ]
        if concluded:
            agreed = {comparable(fact.type, value) for value in concluded}
            return concluded[0] if len(agreed) == 1 else None
        return None if Truth.UNKNOWN in truths else fact.otherwise

    def _said(self, subject: str, fact: Fact) -> Value | None:
        """What stands on a fact, also where its source is lost."""
        if fact.derived:
            return self.value(subject, fact.name)
        word = self.last_word(subject, fact)
        return None if word is None else word.value

    def _was_ahead(self, instant: datetime, word: Word | None) -> bool:
        """Whether an instant was ahead when its source was lost: nothing is known since."""
        assert word is not None
        over = self.losses.get((word.source, word.hearing)) or self._loss(word.source)
        # A deadline at the instant of a loss by silence comes after it.
        if over.missed:
            return instant - over.at >= FUTURE_TOLERANCE
        return is_ahead(instant, over.at)

    def _noticed(self, subject: str, fact: Fact) -> Value | None:
        """The engine's own facts: a strange word, or an instant too far ahead."""

        def strange(other: Fact, value: Value) -> bool:
            if fact.name.endswith(".unrecognised_value"):
                return other.type == "enum" and value == UNRECOGNISED
            if other.type != "instant" or other.planned:
                return False
            instant = read_instant(str(value))
            if self.value(subject, other.name) is not None:
                return is_ahead(instant, self.now)
            return self._was_ahead(instant, self.last_word(subject, other))

        own = [
            other
            for other in self.base.facts.values()
            if other.scope == fact.scope and other.source != "engine"
        ]
        found = [
            other
            for other in own
            if (said := self._said(subject, other)) is not None and strange(other, said)
        ]
        if found and all(self.value(subject, other.name) is None for other in found):
            return None
        return bool(found)

    def truth(
        self, pattern: Pattern, subject: str, confirmed: Collection[str] | None = None
    ) -> Truth:
        """Whether a pattern holds on a subject; `confirmed` are its finding's confirmations."""

        def known(name: str) -> Value | None:
            if name.startswith("confirm."):
                return name.removeprefix("confirm.") in (confirmed or ())
            return self.value(subject, name)

        return truth(pattern, known, self.now, self.base.facts)


def scope_of(subject: str) -> str:
    """The scope of `scope/name`."""
    return subject.partition("/")[0]


def _is_own(word: Word | None, event: Event) -> bool:
    return word is not None and word.source == event.source
