"""What a proof says of random rule bases is what trying every combination gives, by the engine that
judges journals."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Final, NamedTuple

import pytest

from rules.authoring.prove import Proved, prove
from rules.authoring.rule_tests import Proof
from rules.engine import Watch
from rules.evaluate import condition_truth
from rules.loader import load_texts
from rules.pattern import Condition, Pattern, conditions
from rules.rule_base import Rule, RuleBase
from rules.values import Value
from rules.vocabulary import FACTS_CHANGED, Event, EventData, Truth

_TIMES: Final = int(os.environ.get("WATCHKEEPER_TIMES_AS_MANY", "1"))
_NOW: Final = datetime(2026, 11, 22, tzinfo=UTC)

VALUES: Final[Mapping[str, Sequence[Value]]] = {
    "p.e": ["a", "b", "what no catalogue names"],
    "p.b": [True, False],
    "p.c": [True, False],
    "p.n": [0, 1, 2, 3, 4, 5, 6],
    "p.v": ["1", "1.2", "1.5", "1.10", "2", "3", "4"],
    "s.f": [True, False],
    "p.site": ["around"],
}
TYPES: Final = {
    "p.e": "enum",
    "p.b": "bool",
    "p.c": "bool",
    "p.n": "int",
    "p.v": "version",
    "s.f": "bool",
}
ATOMS: Final = {
    "p.e": ['"a"', '"b"', '{ not = "a" }', '["a", "b"]', "{ known = false }", "{ known = true }"],
    "p.b": ["true", "false", "{ not = true }", "{ known = false }"],
    "p.c": ["true", "false", "{ not = true }", "{ known = false }"],
    "p.n": [
        "{ above = 2 }",
        "{ at_most = 2 }",
        "3",
        "{ not = [1, 5] }",
        "{ above = 1, below = 4 }",
    ],
    "p.v": ['{ at_least = "1.2" }', '{ below = "1.10" }', '"3"'],
    "s.f": ["true", "false", "{ known = false }"],
    "p.d": ['"x"', '"y"', '{ not = "x" }', "{ known = false }"],
    "p.g": ["true", "false", "{ known = true }"],
}


class Case(NamedTuple):
    """A rule base, what is asked of it, and the facts of it that are tried."""

    rule_base: RuleBase
    proof: Proof
    facts: tuple[str, ...]


def _pattern(chance: random.Random, facts: Sequence[str], depth: int = 1) -> str:
    chosen = chance.sample(facts, chance.choice([1, 1, 2]))
    parts = [f"{name} = {chance.choice(ATOMS[name])}" for name in chosen]
    if depth and chance.random() < 0.4:
        word = chance.choice(["any", "any", "none", "all"])
        inner = [f"{{ {_pattern(chance, facts, depth - 1)} }}" for _ in range(2)]
        parts.append(f"{word} = [{', '.join(inner)}]")
    return ", ".join(parts)


def _case(seed: int, facts: tuple[str, ...], *, advice: bool) -> Case:
    chance = random.Random(seed)
    text = (
        '[rule_base]\nid = "r"\ntitle = "R"\n[scope.site]\n'
        '[scope.pair]\nwithin = "site"\nmember_by = "p.site"\n[source.agent]\n'
        '[[operation]]\nname = "op"\ntitle = "Op"\n'
        '[[fact]]\nname = "p.site"\ntype = "text"\nscope = "pair"\nsource = "agent"\n'
    )
    for name in facts:
        text += f'[[fact]]\nname = "{name}"\ntype = "{TYPES[name]}"\nsource = "agent"\n'
        text += f'scope = "{"site" if name.startswith("s.") else "pair"}"\n'
        text += 'values = ["a", "b"]\n' if TYPES[name] == "enum" else ""
    for name, kind, given in (("p.d", "enum", ('"x"', '"y"')), ("p.g", "bool", ("true", "false"))):
        behind = [*facts, *(["p.d"] if name == "p.g" else [])]
        text += f'[[fact]]\nname = "{name}"\ntype = "{kind}"\nscope = "pair"\nderived = true\n'
        text += 'values = ["x", "y"]\n' if kind == "enum" else ""
        text += f"otherwise = {given[1]}\n" if chance.random() < 0.6 else ""
        for value in given:
            text += f'[[derive]]\nfact = "{name}"\nvalue = {value}\n'
            text += f"when = {{ {_pattern(chance, behind)} }}\n"
    latching = [name for name in facts if TYPES[name] in ("enum", "bool")]
    for number in range(chance.randint(2, 4)):
        text += (
            f'[[rule]]\nid = "r{number}"\ntitle = "R"\nseverity = "notice"\n'
            'source = { document = "D", grade = "inferred" }\n'
            f"when = {{ {_pattern(chance, [*facts, 'p.d', 'p.g'])} }}\n"
        )
        if advice and chance.random() < 0.5:
            text += f"until = {{ {_pattern(chance, latching, 0)} }}\n"
        forbids = advice and chance.random() < 0.5
        starts = advice and (not forbids or chance.random() < 0.3)
        text += '[rule.then]\nimpact = "I"\n'
        text += 'forbid = [{ operation = "op" }]\n' if forbids else ""
        text += '[[rule.then.step]]\ndo = "S"\n'
        text += 'starts = "op"\n' if starts else ""
    rule_base = load_texts({"r.toml": text.encode()})
    classification = "" if advice else chance.choice(["p.d", "p.d", "p.d", ""])
    asked = chance.sample(facts, chance.randint(1, len(facts)))
    return Case(
        rule_base,
        Proof(
            *("", 0, tuple(asked), classification),
            quiet=tuple(chance.sample(["x", "y"], chance.randint(0, 1))) if classification else (),
            may_be_unknown=bool(classification) and chance.random() < 0.5,
            may_be_blind=bool(classification) and chance.random() < 0.3,
        ),
        # Whether a pair is within a site matters where it must be answered.
        (*facts, "p.site") if classification and "s.f" in facts else facts,
    )


Situation = tuple[Value | None, ...]
"""The value of each fact that is tried, None where nobody has said it."""


def _situations(case: Case) -> list[Situation]:
    every = product(*([None, *VALUES[name]] for name in case.facts))
    if "p.site" not in case.facts:
        return list(every)
    site, fact = case.facts.index("p.site"), case.facts.index("s.f")
    # Of a site that a pair is not within, it knows nothing.
    return [one for one in every if one[site] is not None or one[fact] is None]


def _own(case: Case) -> list[str]:
    """The facts that are asked for, and what the classification is concluded from."""
    own = {*case.proof.facts, *([case.proof.classification] if case.proof.classification else [])}
    for name in reversed(case.rule_base.derived_order):
        for derivation in case.rule_base.derivations:
            if derivation.fact == name and name in own:
                own |= _looked_at(derivation.when)
    return [name for name in case.facts if name in own]


def _class_of(case: Case, found: Proved, situation: Situation) -> tuple[object, ...]:
    """The combination that a situation belongs to: numbers and versions count by what the
    conditions make of them, and what no rule looks at does not count."""
    told: list[object] = []
    for name in found.facts:
        value = situation[case.facts.index(name)]
        if TYPES[name] in ("int", "version") and value is not None:
            told.append(
                tuple(
                    condition_truth(one, {name: value}, _NOW, case.rule_base.facts)
                    for one in _conditions_on(case, name)
                )
            )
        else:
            told.append(value)
    return tuple(told)


def _touched(case: Case) -> set[str]:
    """What is asked for, and all that is concluded from it."""
    touched = set(_own(case))
    for derived in case.rule_base.derived_order:
        if any(
            one.fact == derived and touched & _looked_at(one.when)
            for one in case.rule_base.derivations
        ):
            touched.add(derived)
    return touched


def _looked_at(pattern: Pattern) -> set[str]:
    return {condition.fact for condition in conditions(pattern)}


def _asked(case: Case) -> list[Rule]:
    """The rules that look at what is asked for."""
    touched = _touched(case)
    return [
        rule
        for rule in case.rule_base.rules
        if rule.id[0] == "r" and touched & _looked_at(rule.when)
    ]


def _conditions_on(case: Case, name: str) -> Iterator[Condition]:
    """The conditions of these rules on a fact, and of all that stands behind them."""
    named = {case.proof.classification}
    patterns = [rule.when for rule in _asked(case)]
    for pattern in patterns:
        named |= _looked_at(pattern)
    for derived in reversed(case.rule_base.derived_order):
        for derivation in case.rule_base.derivations:
            if derivation.fact == derived and derived in named:
                named |= _looked_at(derivation.when)
                patterns.append(derivation.when)
    for pattern in patterns:
        yield from (one for one in conditions(pattern) if one.fact == name)


class Tried:
    """Every history of situations on a subject of its own, as the engine judges it."""

    def __init__(self, case: Case, histories: Sequence[tuple[Situation, ...]]) -> None:
        self._case = case
        self._watch = Watch(case.rule_base)
        self._scopes = {rule.id: rule.scope for rule in case.rule_base.rules if rule.id[0] == "r"}
        self._asked = {rule.id for rule in _asked(case)}
        self._said = 0
        self._alone: set[int] = set()
        for number, history in enumerate(histories):
            for situation in history:
                facts = dict(zip(case.facts, situation, strict=True))
                site = {name: facts.pop(name) for name in case.facts if name[0] == "s"}
                if facts.pop("p.site", "") is None:
                    self._alone.add(number)
                    self._say(f"pair/{number}", facts)
                    continue
                if site:
                    self._say(f"site/{number}", site)
                self._say(f"pair/{number}", {"p.site": str(number), **facts})

    def _say(self, subject: str, facts: Mapping[str, Value | None]) -> None:
        self._said += 1
        data = EventData(facts=dict(facts))
        self._watch.apply(Event(str(self._said), "agent/a", FACTS_CHANGED, _NOW, subject, data))

    def value(self, number: int, fact: str) -> Value | None:
        """What a fact comes to in the end of a history."""
        return self._watch.value(f"pair/{number}", fact)

    def verdicts(self, number: int) -> dict[str, Truth]:
        """What each rule's `when` is in the end of a history; it holds on no site where there is
        none."""
        return {
            rule_id: Truth.FALSE
            if scope == "site" and number in self._alone
            else self._watch.verdict(rule_id, f"{scope}/{number}")
            for rule_id, scope in self._scopes.items()
        }

    def asked(self, number: int) -> dict[str, Truth]:
        """The same of the rules that look at what is asked for."""
        every = self.verdicts(number)
        return {rule_id: every[rule_id] for rule_id in every if rule_id in self._asked}

    def contradicting(self) -> set[int]:
        """The histories that end in a step that is told and forbidden, one of both rules holding
        then."""
        forbidding: dict[str, list[str]] = {}
        for one in self._watch.forbidden():
            forbidding.setdefault(one.subject, []).append(one.finding.rule.id)
        found = set()
        for finding in self._watch.findings():
            scope, _, name = finding.subject.partition("/")
            verdicts = self.verdicts(int(name))
            around = [finding.subject, *([f"site/{name}"] if scope == "pair" else [])]
            others = [rule for subject in around for rule in forbidding.get(subject, ())]
            for step in finding.rule.steps:
                if step.starts and any(
                    Truth.TRUE in (verdicts[finding.rule.id], verdicts[other])
                    and self._asked & {finding.rule.id, other}
                    for other in others
                ):
                    found.add(int(name))
        return found


class _Combination(NamedTuple):
    """What all situations of one combination come to."""

    value: Value | None
    always: frozenset[str]
    maybe: frozenset[str]
    unanswered: bool
    blind: bool


def _judged(case: Case, tried: Tried, numbers: Sequence[int]) -> _Combination:
    """What the situations of one combination come to, tried one by one."""
    proof = case.proof
    value = tried.value(numbers[0], proof.classification) if proof.classification else None
    verdicts = [tried.asked(number) for number in numbers]
    raised = [{name for name, truth in each.items() if truth == Truth.TRUE} for each in verdicts]
    always = frozenset.intersection(*map(frozenset, raised))
    unanswered = blind = False
    if proof.classification and value is None and not proof.may_be_unknown:
        unanswered = True
    elif proof.classification and value not in proof.quiet:
        asking = [rule.id for rule in _asked(case) if proof.classification in _looked_at(rule.when)]
        for each, rules in zip(verdicts, raised, strict=True):
            if not rules:
                dark = Truth.UNKNOWN in {each[name] for name in asking}
                if dark and proof.may_be_blind and value is not None:
                    blind = True
                else:
                    unanswered = True
    return _Combination(
        value, always, frozenset().union(*raised) - always, unanswered, blind and not unanswered
    )


def _told(found: Proved) -> dict[tuple[object, ...], tuple[int, frozenset[str]]]:
    """The lines of a proof, by what they say: how many combinations, and which rules may be."""
    told: dict[tuple[object, ...], tuple[int, frozenset[str]]] = {}
    for line in found.lines:
        key = line.classification, frozenset(line.always), line.unanswered, bool(line.blind)
        assert key not in told
        assert not line.in_part
        assert sum(part.count for part in line.where.parts) + line.where.left_out == line.count
        told[key] = line.count, frozenset(line.maybe)
    return told


@pytest.mark.parametrize("block", range(4))
def test_lines_are_what_trying_every_combination_gives(block: int) -> None:
    for seed in range(block * 6 * _TIMES, (block + 1) * 6 * _TIMES):
        facts = ("p.e", "p.b", "s.f", "p.n") if seed % 2 else ("p.e", "p.v", "p.b")
        case = _case(seed, facts, advice=False)
        found = prove(case.rule_base, case.proof)
        situations = _situations(case)
        tried = Tried(case, [(situation,) for situation in situations])
        combinations: dict[tuple[object, ...], list[int]] = {}
        for number, situation in enumerate(situations):
            combinations.setdefault(_class_of(case, found, situation), []).append(number)
        wanted: dict[tuple[object, ...], tuple[int, frozenset[str]]] = {}
        for numbers in combinations.values():
            one = _judged(case, tried, numbers)
            key = one.value, one.always, one.unanswered, one.blind
            count, maybe = wanted.get(key, (0, frozenset()))
            wanted[key] = count + 1, maybe | one.maybe
        assert set(found.facts) | set(found.without_rules) == set(_own(case)), seed
        assert all(not list(_conditions_on(case, name)) for name in found.without_rules), seed
        assert found.combinations == len(combinations), seed
        assert _told(found) == wanted, seed
        quiet = sum(count for key, (count, _) in wanted.items() if key[0] in case.proof.quiet)
        assert found.quiet == quiet, seed


@pytest.mark.parametrize("block", range(3))
def test_contradictory_advice_is_what_trying_every_history_gives(block: int) -> None:
    contradictory = 0
    for seed in range(block * 4 * _TIMES, (block + 1) * 4 * _TIMES):
        # Of one subject: facts of several do not change in one event.
        facts = ("p.e", "p.b", "p.c") if seed % 4 == 0 else ("p.e", "p.b")
        case = _case(seed, facts, advice=True)
        found = prove(case.rule_base, case.proof)
        situations = _situations(case)
        histories = list(product(situations, situations))
        ends = {
            _class_of(case, found, histories[number][-1])
            for number in Tried(case, histories).contradicting()
        }
        assert found.contradictory == len(ends), seed
        contradictory += bool(ends)
    assert contradictory > 1
