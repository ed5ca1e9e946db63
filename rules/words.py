"""What sources have said: facts by subject, their classes, and the situations that follow."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Final

from rules.built_in import CLOCK_SKEW, UNRECOGNISED_VALUE, engine_fact
from rules.columns import (
    CLASS_OF_TRUTH,
    MOST_MOVES,
    UNKNOWN_CLASS,
    UNREADABLE,
    Column,
    Moves,
)
from rules.compiled import (
    Age,
    CompiledDerived,
    CompiledFact,
    CompiledRule,
    CompiledScope,
    Relation,
    Test,
)
from rules.deadlines import BOUND, LOSS, Deadlines, Key
from rules.finding import recognised
from rules.program import Programs
from rules.source_state import Hearing, Origin, SourceState
from rules.subject import Subject, Template, facts_said_in
from rules.values import FUTURE_TOLERANCE, Value, comparable, read_instant, read_value, version_key
from rules.vocabulary import Event, Truth

MISSED_HEARTBEATS: Final = 3
LONGEST_SUBJECT: Final = 512
LARGEST_MEMORY: Final = 500_000
"""Remembered situations; beyond it all are forgotten, which costs nothing but speed."""
TEMPLATE: Final = -1
"""The number of a subject that only shows how its scope begins; no time passes for it."""
_TRUTHS: Final = (Truth.FALSE, Truth.TRUE)
_SOURCES: Final = ("source", "", "")
_MOST_NAMES: Final = 200
DUPLICATE_WINDOW: Final = 65_536


class Words:
    """All facts of all subjects now, and which programs must be looked at again."""

    def __init__(self, programs: Programs, deadlines: Deadlines, now: datetime) -> None:
        self.programs = programs
        self.deadlines = deadlines
        self.now = now
        self.subjects: dict[str, Subject] = {}
        self.sources: dict[str, SourceState] = {}
        self.unheard = 0
        """How many words do not count at present: their source is lost, or has not said them
        again since it returned (law 8)."""
        self.newly_lost: list[SourceState] = []
        self.recent_sources: deque[SourceState] = deque()
        self.recent_ids: deque[str] = deque()
        """The latest events, to know a duplicate by: who spoke and the id, the oldest first."""
        self.candidates: list[tuple[Subject, int]] = []
        """Programs whose remembered verdict may no longer be theirs."""
        self.to_judge: dict[tuple[int, str], tuple[Subject, CompiledRule]] = {}
        self.counts: Counter[str] = Counter()
        self.names: dict[str, Counter[str]] = {}
        """By kind of count, what it was about; at most 200 names for each kind."""
        self.contradictions: dict[tuple[str, str], tuple[Value, ...]] = {}
        """Derived facts, with their subjects, whose derivations contradict one another now."""
        self.remembered = 0
        self.derived_queue: list[tuple[int, str, Subject, CompiledDerived]] = []
        self._queued: set[tuple[int, str]] = set()
        self._templates: dict[str, Template] = {}

    def count(self, kind: str, name: str) -> None:
        """Count something that was refused, and what it was."""
        self.counts[kind] += 1
        names = self.names.setdefault(kind, Counter())
        if name in names or len(names) < _MOST_NAMES:
            names[name] += 1

    def copy(self, deadlines: Deadlines) -> Words:
        """The same words for a copy of a watch; what is never changed is shared."""
        copy = Words(self.programs, deadlines, self.now)
        copy.sources = {name: source.copy() for name, source in self.sources.items()}
        copy.unheard = self.unheard
        copy.recent_sources = deque(copy.sources[one.name] for one in self.recent_sources)
        copy.recent_ids = self.recent_ids.copy()
        copy.counts = self.counts.copy()
        copy.names = {kind: names.copy() for kind, names in self.names.items()}
        copy.contradictions = self.contradictions.copy()
        copy._templates = self._templates
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
        template = self._templates.get(scope_name) or self._make_template(scope)
        subject = Subject(name, len(self.subjects), template)
        self.subjects[name] = subject
        for place in template.true_from_start:
            self.judge(subject, scope.rules[place])
        for fact in template.defaults_to_look_at:
            self.renew(subject, fact)
            if fact.membership:
                self._move(subject, fact, subject.raw[fact.slot])
        return subject

    def _make_template(self, scope: CompiledScope) -> Template:
        template = Template(scope)
        for fact in scope.facts.values():
            if fact.default_from_start:
                template.raw[fact.slot] = fact.declared.default
        large, template.large = template.large, False
        first = Subject(f"{scope.name}/", TEMPLATE, template)
        for program, key in enumerate(self.situations(first)):
            first.keys[program] = key
            if scope.programs[program].kind != "derive":
                first.verdicts[program] = self.verdict(scope, program, key)
        for derived in scope.derived:
            self._queue_derived(first, derived)
        self.settle_derived()
        for subject, program in self.candidates:
            if subject is first:
                first.verdicts[program] = self.verdict(scope, program, first.keys[program])
        self.candidates = [entry for entry in self.candidates if entry[0] is not first]
        self.to_judge = {k: v for k, v in self.to_judge.items() if v[0] is not first}
        template.raw, template.origins = list(first.raw), list(first.origins)
        template.classes, template.keys = list(first.classes), list(first.keys)
        template.verdicts = bytearray(first.verdicts)
        template.true_from_start = [
            place
            for place, rule in enumerate(scope.rules)
            if first.verdicts[rule.when] == Truth.TRUE
        ]
        template.defaults_to_look_at = [
            fact
            for fact in scope.facts.values()
            if not fact.plain and template.raw[fact.slot] is not None
        ]
        template.large = large
        self._templates[scope.name] = template
        return template

    def situations(self, subject: Subject) -> list[int]:
        """Each program's situation, added up from the classes of all columns that it sees."""
        keys = [0] * len(subject.scope.programs)
        for level, scope_name in enumerate(subject.scope.chain):
            around = subject.around(level)
            for column in self.programs.scopes[scope_name].columns:
                users = column.own if level == 0 else column.descendants.get(subject.scope.name)
                value_class = around.classes[column.index] if around else UNKNOWN_CLASS
                for program, part in users.parts if users else ():
                    keys[program] += part[value_class]
        return keys

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
                        self._add((below,), below.scope, users.moves_of(was, now))
                for tests, places in facts:
                    for test in tests:
                        self.refresh(below, test)
                    for place in places:
                        self.judge(below, below.scope.rules[place])

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
                self.count("unreadable values", f"{fact.name}: {error}")
        slot = fact.slot
        if value is None:
            if subject.raw[slot] is None:
                return
            if fact.declared.memory and fact.occurrence_of:
                # What tells a happening from the next is only ever replaced (law 18).
                if said is None:
                    self.count("occurrences that nothing replaces", fact.name)
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
                self.shift(subject, fact.column, old, new)
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
            self.count("unreadable values", f"{fact.name}: names no {within}")
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
            self.shift(subject, fact.column, old, new)
        if fact.unrecognised >= 0:
            raw = subject.raw[slot]
            outside = raw is not None and fact.classify(raw) == fact.unrecognised
            self._notice(subject, subject.unrecognised, fact, outside, UNRECOGNISED_VALUE)
        if fact.declared.type == "instant" and not fact.declared.planned:
            self._check_skew(subject, fact)
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
                    self.judge(below, below.scope.rules[place])

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

    def _check_skew(self, subject: Subject, fact: CompiledFact) -> None:
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
            self.shift(subject, column, old, new)

    def _test(self, subject: Subject, test: Test) -> tuple[Truth, datetime | None]:
        around = subject if test.level == 0 else subject.around(test.level)
        value = None if around is None else self.known(around, test.fact)
        if value is None:
            return Truth.UNKNOWN, None
        if isinstance(test, Relation):
            return self._relation(subject, test, value)
        if isinstance(test, Age):
            return age_truth(read_instant(str(value)), test.operator, test.bound, self.now)
        return Truth(test.is_found(str(value))), None

    def _relation(
        self, subject: Subject, test: Relation, value: Value
    ) -> tuple[Truth, datetime | None]:
        around = subject if test.other_level == 0 else subject.around(test.other_level)
        other = None if around is None else self.known(around, test.other)
        if other is None:
            return Truth.UNKNOWN, None
        kind, operator = test.fact.declared.type, test.operator
        left: Any = value
        right: Any = other
        if kind == "instant":
            left, right = read_instant(left), read_instant(right)
        elif kind == "version":
            left, right = version_key(left), version_key(right)
        elif kind == "enum":
            left, right = (
                recognised(test.fact.declared, value),
                recognised(test.other.declared, other),
            )
        if operator == "same_as":
            return _TRUTHS[left == right], None
        if operator == "differs_from":
            return _TRUTHS[left != right], None
        if left > self.now or right > self.now:
            settled = max(left, right) - FUTURE_TOLERANCE
            if settled > self.now:
                return Truth.UNKNOWN, settled
        return _TRUTHS[left > right if operator == "later_than" else left < right], None

    # Situations

    def shift(self, subject: Subject, column: Column, old: int, new: int) -> None:
        """Add a change of class to every situation that contains the column."""
        moves = column.own.moves_of(old, new)
        self._add((subject,), subject.scope, moves)
        for scope, users in column.descendants.items():
            if touched := users.moves_of(old, new):
                self._add(subject.within(scope), self.programs.scopes[scope], touched)
        if column.descendants:
            return
        key = old << 20 | new
        if key not in column.moves and len(column.moves) < MOST_MOVES:
            derivations = subject.scope.derivations
            if all(program >= derivations for program, _ in moves):
                column.moves[key] = moves

    def _add(self, subjects: Sequence[Subject], scope: CompiledScope, moves: Moves) -> None:
        """Add to the situations of programs, on every subject of a scope that sees the change."""
        memories, derivations = scope.memories, scope.derivations
        candidates = self.candidates
        for program, delta in moves:
            known = memories[program].get
            if program >= derivations:
                for subject in subjects:
                    keys = subject.keys
                    key = keys[program] = keys[program] + delta
                    if known(key) != subject.verdicts[program]:
                        candidates.append((subject, program))
                continue
            owner = scope.programs[program].owner
            assert isinstance(owner, CompiledDerived)
            for subject in subjects:
                key = subject.keys[program] = subject.keys[program] + delta
                if known(key) != subject.verdicts[program]:
                    self._queue_derived(subject, owner)

    def verdict(self, scope: CompiledScope, program: int, key: int) -> Truth:
        """What durable_rules says of a situation, asked once and remembered."""
        memory = scope.memories[program]
        found = memory.get(key)
        if found is None:
            if self.remembered >= LARGEST_MEMORY:
                for one in self.programs.memory_by_shape.values():
                    one.clear()
                self.remembered = 0
            asked = scope.programs[program]
            truths = [key >> (2 * place) & 3 for place in range(len(asked.conditions))]
            found = memory[key] = self.programs.matcher.ask(asked.tree, truths)
            self.remembered += 1
        return found

    def look(self, key: Key) -> None:
        """A deadline has come: look again at what it is for."""
        kind, name, about = key
        if kind == "source":
            self._look_at_sources()
            return
        subject = self.subjects[name]
        match about:
            case str() if kind == "skew":
                self._check_skew(subject, self.programs.facts[about])
            case int() if kind == "test":
                self.refresh(subject, self.programs.tests[about])
            case int():
                self.judge(subject, self.programs.rules[about])

    def judge(self, subject: Subject, rule: CompiledRule) -> None:
        """Have a rule judged on a subject once all facts have settled."""
        self.to_judge[rule.index, subject.name] = subject, rule

    # Derived facts

    def _queue_derived(self, subject: Subject, derived: CompiledDerived) -> None:
        key = derived.rank, subject.name
        if key not in self._queued:
            self._queued.add(key)
            heappush(self.derived_queue, (*key, subject, derived))

    def settle_derived(self) -> None:
        """Conclude derived facts until none can change (law 6)."""
        while self.derived_queue:
            rank, name, subject, derived = heappop(self.derived_queue)
            self._queued.discard((rank, name))
            value = self._conclude(subject, derived)
            fact = derived.fact
            old = subject.raw[fact.slot]
            if old != value or type(old) is not type(value):
                subject.raw[fact.slot] = value
                self.renew(subject, fact)

    def _conclude(self, subject: Subject, derived: CompiledDerived) -> Value | None:
        scope = subject.scope
        concluded: list[Value] = []
        kind = derived.fact.declared.type
        unknown = False
        for program, value in zip(derived.programs, derived.values, strict=True):
            found = self.verdict(scope, program, subject.keys[program])
            subject.verdicts[program] = found
            if found == Truth.TRUE:
                concluded.append(value)
            unknown = unknown or found == Truth.UNKNOWN
        place = subject.name, derived.fact.name
        if len({comparable(kind, value) for value in concluded}) > 1:
            if place not in self.contradictions:
                self.count("contradicting derivations", f"{place[1]} of {place[0]}")
            self.contradictions[place] = tuple(concluded)
            return None
        self.contradictions.pop(place, None)
        if concluded:
            return concluded[0]
        return None if unknown else derived.otherwise

    # Sources

    def source(self, name: str) -> SourceState:
        """The state of a source, made at its first mention."""
        state = self.sources.get(name)
        if state is None:
            kind = name.partition("/")[0]
            declared = self.programs.rule_base.sources.get(kind)
            if declared is None:
                self.count("unknown kinds of source", kind)
            heartbeat = declared.heartbeat if declared else None
            state = self.sources[name] = SourceState(name, kind, heartbeat)
        return state

    def remember(self, source: SourceState, identity: str, fingerprint: int) -> None:
        """Note that an event has been seen, in place of the oldest of a full window (law 12)."""
        if identity not in source.seen:
            source.seen[identity] = fingerprint
            self.recent_sources.append(source)
            self.recent_ids.append(identity)
            if len(self.recent_ids) > DUPLICATE_WINDOW:
                del self.recent_sources.popleft().seen[self.recent_ids.popleft()]

    def forget_events(self) -> None:
        """Forget which events have been seen, where their numbers tell repeated ones."""
        self.recent_sources.clear()
        self.recent_ids.clear()
        for source in self.sources.values():
            source.seen.clear()

    def adopt_source(self, name: str, state: SourceState) -> None:
        """Take a source over from a watch under other rules."""
        self.sources[name] = state
        state.lost = state.lost and state.heartbeat is not None
        if state.followed and state.heartbeat is not None:
            self._watch_over(state)

    def heard(self, state: SourceState) -> bool:
        """A source has been heard now; whether it had been lost. What it said before counts again
        when it says it again."""
        state.last_heard = self.now
        if not state.followed:
            state.followed = True
            self._watch_over(state)
        if not state.lost:
            return False
        state.lost = False
        return True

    def lose(self, state: SourceState) -> bool:
        """A source is lost now; whether it had not been before."""
        if state.lost or state.heartbeat is None:
            return False
        state.lost = True
        state.followed = False
        self.newly_lost.append(state)
        over, state.hearing = state.hearing, Hearing()
        for name in sorted(state.about):
            subject = self.subjects[name]
            facts = facts_said_in(subject, over)
            self.unheard += len(facts)
            for fact in facts:
                self.renew(subject, fact)
        return True

    def _watch_over(self, state: SourceState) -> None:
        if state.heartbeat is not None and state.last_heard is not None:
            due = state.last_heard + MISSED_HEARTBEATS * state.heartbeat
            self.deadlines.schedule(_SOURCES, due, LOSS)

    def _look_at_sources(self) -> None:
        """One deadline stands for all sources: the earliest at which any could be lost."""
        soonest = None
        for state in self.sources.values():
            if not state.followed or state.heartbeat is None or state.last_heard is None:
                continue
            due = state.last_heard + MISSED_HEARTBEATS * state.heartbeat
            if due <= self.now:
                self.lose(state)
            elif soonest is None or due < soonest:
                soonest = due
        if soonest is not None:
            self.deadlines.schedule(_SOURCES, soonest, LOSS)


def age_truth(
    instant: datetime, operator: str, bound: timedelta, now: datetime
) -> tuple[Truth, datetime | None]:
    """Whether an instant is older or newer than a bound (law 10), and when that can change."""
    if instant - FUTURE_TOLERANCE > now:
        return Truth.UNKNOWN, instant - FUTURE_TOLERANCE
    try:
        passes = instant + bound
    except OverflowError:
        passes = datetime.max.replace(tzinfo=UTC)
    old = now >= passes
    return Truth(old == (operator == "older_than")), None if old else passes
