"""What sources have said: the facts of all subjects now, and what a change of them touches."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from rules.agenda import Agenda
from rules.built_in import CLOCK_SKEW, UNRECOGNISED_VALUE, engine_fact
from rules.columns import CLASS_OF_TRUTH, UNKNOWN_CLASS, UNREADABLE
from rules.comparisons import age_truth, relation_truth
from rules.compiled import Age, CompiledFact, Relation, Test
from rules.deadlines import BOUND, Deadlines
from rules.derived_facts import DerivedFacts
from rules.duplicates import RecentEvents
from rules.program import Programs
from rules.refused import Refused
from rules.source_state import Origin, SourceState
from rules.speakers import ALWAYS_HEARD
from rules.subject import TEMPLATE, Subject
from rules.templates import Templates
from rules.values import FUTURE_TOLERANCE, Value, read_instant, read_value
from rules.vocabulary import Event, Truth

LONGEST_SUBJECT: Final = 512


class Words:
    """All facts of all subjects now; what must be looked at again stands on the agenda."""

    def __init__(
        self, programs: Programs, deadlines: Deadlines, now: datetime, refused: Refused
    ) -> None:
        self.programs = programs
        self.deadlines = deadlines
        self.now = now
        self.refused = refused
        self.subjects: dict[str, Subject] = {}
        self.sources: dict[str, SourceState] = {}
        self.unheard = 0
        """How many words do not count at present: their source is lost, or has not said them
        again since it returned (law 8)."""
        self.newly_lost: list[SourceState] = []
        self.recent = RecentEvents()
        self.agenda = Agenda(programs.scopes)
        self.derived = DerivedFacts(self.agenda, programs.verdicts, refused, self.renew)
        self._templates = Templates(programs, self.agenda, self.derived)

    def copy(self, deadlines: Deadlines) -> Words:
        """The same words for a copy of a watch; what is never changed is shared."""
        copy = Words(self.programs, deadlines, self.now, self.refused.copy())
        copy.sources = {name: source.copy() for name, source in self.sources.items()}
        copy.unheard = self.unheard
        copy.recent = self.recent.copy(copy.sources)
        copy.derived.contradictions = self.derived.contradictions.copy()
        copy._templates.share(self._templates)
        copy.subjects = {name: subject.copy() for name, subject in self.subjects.items()}
        for name, subject in self.subjects.items():
            twin = copy.subjects[name]
            twin.parent = copy.subjects[subject.parent.name] if subject.parent else None
            twin.children = {child: copy.subjects[child] for child in subject.children}
        return copy

    # Subjects

    def subject(self, name: str) -> Subject | None:
        """The subject of a name, made at its first mention; None where no scope is so named."""
        subject = self.subjects.get(name)
        if subject is not None:
            return subject
        scope_name, _, rest = name.partition("/")
        scope = self.programs.scopes.get(scope_name)
        if scope is None or not rest or len(name) > LONGEST_SUBJECT:
            return None
        template = self._templates.of(scope)
        subject = Subject(name, len(self.subjects), template)
        self.subjects[name] = subject
        for place in template.true_from_start:
            self.agenda.judge(subject, scope.rules[place])
        for fact in template.defaults_to_look_at:
            self.renew(subject, fact)
            if fact.membership:
                self._move(subject, fact, subject.raw[fact.slot])
        return subject

    def attach(self, subject: Subject, parent: Subject | None) -> None:
        """Put a subject within another, or within none; all that it now sees is looked at."""
        old = subject.parent
        if old is parent:
            return
        if old is not None:
            old.children.pop(subject.name, None)
        subject.parent = parent
        if parent is not None:
            parent.children[subject.name] = subject
        seen = [subject]
        for narrower in self.programs.scopes:
            seen += subject.within(narrower)
        old_around = {one.scope.name: one for one in old.lineage()} if old else {}
        new_around = {one.scope.name: one for one in parent.lineage()} if parent else {}
        for scope_name in subject.scope.chain[1:]:
            before, after = old_around.get(scope_name), new_around.get(scope_name)
            scope = self.programs.scopes[scope_name]
            for below in seen:
                columns, facts = scope.seen_from(below.scope.name)
                for column, users in columns:
                    was = before.classes[column.index] if before else UNKNOWN_CLASS
                    now = after.classes[column.index] if after else UNKNOWN_CLASS
                    if was != now:
                        self.agenda.add((below,), below.scope, users.moves_of(was, now))
                for tests, places in facts:
                    for test in tests:
                        self.refresh(below, test)
                    for place in places:
                        self.agenda.judge(below, below.scope.rules[place])

    # Facts

    def known(self, subject: Subject, fact: CompiledFact) -> Value | None:
        """A fact's value as rules may use it now; None where it is unknown."""
        value: Value | None = subject.raw[fact.slot]
        if value is None or self.unheard == 0 or fact.declared.memory:
            return value
        origin = subject.origins[fact.slot]
        if origin is not None and not self.is_heard(origin):
            return None
        return value

    def is_heard(self, origin: Origin) -> bool:
        """Whether a source has not been lost since it last said a word."""
        return origin.hearing is self.sources[origin.source].hearing

    def seen_by(self, subject: Subject, fact: CompiledFact) -> Value | None:
        """A fact's value as a subject sees it, its own or that of a subject around it."""
        around = subject.around(subject.scope.level(fact.level_scope))
        return None if around is None else self.known(around, fact)

    def say(self, subject: Subject, fact: CompiledFact, said: Any, origin: Origin) -> None:
        """Take a source's word for a fact; one that cannot be read makes it unknown."""
        value: Value | None = None
        if said is not None:
            try:
                value = read_value(fact.declared.type, said)
            except ValueError as error:
                name = f"{fact.name}: {error}"
                self.refused.count("unreadable values", name, first=origin.id)
        slot = fact.slot
        if value is None:
            if subject.raw[slot] is None:
                return
            if fact.declared.memory and fact.occurrence_of:
                # What tells a happening from the next is only ever replaced (law 18).
                if said is None:
                    self.refused.count("occurrences that nothing replaces", fact.name)
                return
        before = subject.origins[slot]
        if before is not None and before.source == origin.source and subject.raw[slot] == value:
            if before.hearing is origin.hearing:
                return
            origin = before.said_again(origin.hearing)
        if self.unheard and self._is_unheard(fact, before):
            self.unheard -= 1
        subject.raw[slot] = value
        subject.origins[slot] = origin
        if origin.source not in subject.speakers:
            self.introduce(subject, origin.source)
        if fact.plain and fact.unrecognised < 0:
            new = UNKNOWN_CLASS if value is None else fact.classify(value)
            old = subject.classes[slot]
            if new != old:
                subject.classes[slot] = new
                self.agenda.shift(subject, fact.column, old, new)
            return
        self.renew(subject, fact)
        if fact.membership:
            self._move(subject, fact, value)

    def _is_unheard(self, fact: CompiledFact, origin: Origin | None) -> bool:
        return origin is not None and not fact.declared.memory and not self.is_heard(origin)

    def put(
        self, subject: Subject, fact: CompiledFact, value: Value | None, origin: Origin | None
    ) -> None:
        """Set a fact of a new subject to what another watch had of it."""
        subject.raw[fact.slot] = value
        subject.origins[fact.slot] = origin
        if origin is not None and origin.source not in subject.speakers:
            self.introduce(subject, origin.source)
        self.unheard += self._is_unheard(fact, origin)
        self.renew(subject, fact)

    def introduce(self, subject: Subject, source: str) -> None:
        """A source speaks about a subject for the first time."""
        subject.speakers.add(source)
        self.sources[source].about.add(subject.name)

    def _move(self, subject: Subject, fact: CompiledFact, value: Value | None) -> None:
        within = self.programs.rule_base.scopes[subject.scope.name].within
        parent = self.subject(f"{within}/{value}") if value else None
        if value and parent is None:
            self.refused.count("unreadable values", f"{fact.name}: names no {within}")
        self.attach(subject, parent)

    def forget(self, subject: Subject, event: Event, origin: Origin) -> None:
        """What a snapshot means for the facts of its families that it does not mention."""
        families = set(event.data.families)
        mentioned = event.data.facts
        kind = origin.source.partition("/")[0]
        for fact in subject.scope.facts.values():
            declared = fact.declared
            if (
                declared.memory
                or fact.source_kind != kind
                or fact.name in mentioned
                or declared.family not in families
            ):
                continue
            before = subject.origins[fact.slot]
            own = before is not None and before.source == origin.source
            if declared.default is not None:
                if own or (not fact.default_from_start and subject.raw[fact.slot] is None):
                    self.say(subject, fact, declared.default, origin)
            elif own:
                self.say(subject, fact, None, origin)

    def renew(self, subject: Subject, fact: CompiledFact) -> None:
        """Bring everything that depends on a fact up to its value now."""
        value = self.known(subject, fact)
        new = UNKNOWN_CLASS if value is None else fact.classify(value)
        if new == UNREADABLE:
            raise AssertionError(f"{fact.name} holds a value that was never read: {value!r}")
        slot = fact.slot
        old = subject.classes[slot]
        if new != old:
            subject.classes[slot] = new
            self.agenda.shift(subject, fact.column, old, new)
        if fact.unrecognised >= 0:
            raw = subject.raw[slot]
            outside = raw is not None and fact.classify(raw) == fact.unrecognised
            self._notice(subject, subject.unrecognised, fact, outside, UNRECOGNISED_VALUE)
        if fact.declared.type == "instant" and not fact.declared.planned:
            self.check_skew(subject, fact)
        for test in fact.tests:
            self.refresh(subject, test)
        for scope, tests in fact.descendant_tests.items():
            for below in subject.within(scope):
                for test in tests:
                    self.refresh(below, test)
        for scope, places in fact.occurrence_of.items():
            seen = [subject] if scope == subject.scope.name else subject.within(scope)
            for below in seen:
                for place in places:
                    self.agenda.judge(below, below.scope.rules[place])

    def _notice(
        self,
        subject: Subject,
        facts: dict[int, CompiledFact],
        fact: CompiledFact,
        present: bool,
        kind: str,
    ) -> None:
        """Keep the facts that the engine has noticed something about, by slot; while all of them
        are the words of lost sources, whether anything is there is unknown (law 8)."""
        if present:
            facts[fact.slot] = fact
        elif facts.pop(fact.slot, None) is None:
            return
        value: bool | None = False
        if facts:
            known = any(self.known(subject, one) is not None for one in facts.values())
            value = True if known else None
        noticed = subject.scope.facts[engine_fact(kind, subject.scope.name)]
        if subject.raw[noticed.slot] is not value:
            subject.raw[noticed.slot] = value
            self.renew(subject, noticed)

    def check_skew(self, subject: Subject, fact: CompiledFact) -> None:
        """Notice whether an instant lies more than five minutes ahead (law 10)."""
        if subject.number == TEMPLATE:
            return
        raw = subject.raw[fact.slot]
        ahead = False
        if raw is not None and self.known(subject, fact) is None:
            # Its source is lost: that time has passed says nothing of what it would say now.
            ahead = fact.slot in subject.skewed
        elif raw is not None and (instant := read_instant(str(raw))) > self.now:
            ends = instant - FUTURE_TOLERANCE
            ahead = ends > self.now
            if ahead:
                self.deadlines.schedule(("skew", subject.name, fact.name), ends, BOUND)
        self._notice(subject, subject.skewed, fact, ahead, CLOCK_SKEW)

    def refresh(self, subject: Subject, test: Test) -> None:
        """Judge a relation, an age or an expression anew."""
        if subject.number == TEMPLATE:
            return
        truth, again = self._test(subject, test)
        if again is not None:
            self.deadlines.schedule(("test", subject.name, test.number), again, BOUND)
        new = CLASS_OF_TRUTH[truth]
        column = test.column
        old = subject.classes[column.index]
        if new != old:
            subject.classes[column.index] = new
            self.agenda.shift(subject, column, old, new)

    def _test(self, subject: Subject, test: Test) -> tuple[Truth, datetime | None]:
        around = subject if test.level == 0 else subject.around(test.level)
        value = None if around is None else self.known(around, test.fact)
        if value is None:
            return Truth.UNKNOWN, None
        if isinstance(test, Relation):
            beside = subject if test.other_level == 0 else subject.around(test.other_level)
            other = None if beside is None else self.known(beside, test.other)
            if other is None:
                return Truth.UNKNOWN, None
            return relation_truth(test, value, other, self.now)
        if isinstance(test, Age):
            return age_truth(read_instant(str(value)), test.operator, test.bound, self.now)
        return Truth(test.is_found(str(value))), None

    # Sources

    def source(self, name: str) -> SourceState:
        """The state of a source, made at its first mention."""
        state = self.sources.get(name)
        if state is None:
            kind = name.partition("/")[0]
            declared = self.programs.rule_base.sources.get(kind)
            if declared is None and kind not in ALWAYS_HEARD:
                self.refused.count("unknown kinds of source", kind)
            heartbeat = declared.heartbeat if declared else None
            state = self.sources[name] = SourceState(name, kind, heartbeat)
        return state
