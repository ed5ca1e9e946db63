"""Random rule bases as TOML pieces: every type of fact, every operator, scopes within scopes."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any, Final

SCOPES: Final = ("appliance", "pair", "deployment")
"""Each within the next."""

ENUM_VALUES: Final = ("one", "two", "three")
DURATIONS: Final = ("10s", "1m", "5m", "1h")
_TYPES: Final = ("bool", "int", "float", "text", "enum", "enum", "version", "instant", "duration")
_AT: Final = "2026-11-22T02:{:02}:{:02}Z"

CONSTANTS: Final[dict[str, list[Any]]] = {
    "bool": [True, False],
    "int": [0, 1, 2, 3, 2**53],
    "float": [0.0, 0.5, 1.5, -2.0, 1e-5],
    "text": ["", "a", "ab", "unrecognised"],
    "enum": [*ENUM_VALUES, "unrecognised"],
    "version": ["5.0", "5.0.0", "5.1", "v5.1", "5.1-a", "5.10-3"],
    "instant": [_AT.format(0, 0), _AT.format(1, 0), "2026-11-22T03:01:00+01:00", _AT.format(9, 59)],
    "duration": ["10s", 10, "1m", 0.5],
}
"""Few for each type, so that facts and conditions often meet."""

_EXPRESSIONS: Final = ("a", "^a$", "b+", "^$", "[^a]")


@dataclass
class RandomFact:
    """A declared fact, as the generator needs it."""

    name: str
    type: str
    scope: str
    source: str


@dataclass
class RandomRule:
    """What journals need to know of a rule."""

    id: str
    confirmations: list[str]


@dataclass
class RandomRuleBase:
    """A rule base in pieces that can be left out one by one where a failure is made smaller."""

    scopes: list[str]
    sources: dict[str, str]
    facts: list[RandomFact] = field(default_factory=list)
    rules: list[RandomRule] = field(default_factory=list)
    head: str = ""
    pieces: list[str] = field(default_factory=list)

    def visible(self, scope: str) -> list[RandomFact]:
        """The facts that a subject of a scope sees."""
        around = self.scopes[self.scopes.index(scope) :]
        return [fact for fact in self.facts if fact.scope in around]

    def texts(self, pieces: list[str] | None = None) -> dict[str, bytes]:
        """The files that the loader reads."""
        chosen = self.pieces if pieces is None else pieces
        return {"base.toml": "\n".join([self.head, *chosen]).encode()}


def random_rule_base(
    chance: random.Random, *, rules: int | None = None, padding: int = 0
) -> RandomRuleBase:
    """A rule base that the loader accepts, with so many more facts that no rule looks at."""
    scopes = list(SCOPES[chance.choice([0, 0, 1, 1, 2]) :])
    sources = {"oneview": "1m", "address": chance.choice(["20s", "", "3m"])}
    sources |= {"operator": "", "watch": ""}
    base = RandomRuleBase(scopes, sources)
    lines = ["[rule_base]", 'id = "random"', 'title = "Random"']
    for kind, heartbeat in sources.items():
        lines.append(f"[source.{kind}]")
        if heartbeat:
            lines.append(f'heartbeat = "{heartbeat}"')
    for scope, around in zip(scopes, [*scopes[1:], ""], strict=True):
        lines.append(f"[scope.{scope}]")
        if around:
            lines += [f'within = "{around}"', f'member_by = "{scope}.within"']
    for name in ("update", "backup"):
        lines += ["[[operation]]", f'name = "{name}"', 'title = "T"']
    for scope in scopes:
        _add_facts(base, scope, chance, lines)
    for number in range(padding):
        lines += ["[[fact]]", f'name = "padding.number_{number}"', 'type = "int"']
        lines += [f'scope = "{scopes[0]}"', 'source = "oneview"']
    for kind in ("operator", "watch"):
        if all(fact.source != kind for fact in base.facts):
            # It need not be declared to confirm steps or to say who was heard.
            lines.remove(f"[source.{kind}]")
    base.head = "\n".join(lines)
    _add_derived(base, chance)
    for number in range(rules or chance.randint(1, 4)):
        _add_rule(base, f"rule-{number}", chance)
    return base


def _add_facts(base: RandomRuleBase, scope: str, chance: random.Random, lines: list[str]) -> None:
    if scope != base.scopes[-1]:
        member = RandomFact(f"{scope}.within", "text", scope, chance.choice(["oneview", "address"]))
        _declare(base, member, chance, lines, plain=chance.random() < 0.8)
    wished = chance.choices(_TYPES, k=chance.randint(2, 6))
    for number, kind in enumerate(wished):
        family = chance.choice(["state", "update"])
        source = chance.choice(["oneview", "oneview", "address", "operator", "watch"])
        fact = RandomFact(f"{family}_{scope}.{kind}_{number}", kind, scope, source)
        _declare(base, fact, chance, lines)


def _declare(
    base: RandomRuleBase,
    fact: RandomFact,
    chance: random.Random,
    lines: list[str],
    *,
    plain: bool = False,
) -> None:
    base.facts.append(fact)
    lines += ["[[fact]]", f'name = "{fact.name}"', f'type = "{fact.type}"']
    lines += [f'scope = "{fact.scope}"', f'source = "{fact.source}"']
    if fact.type == "enum":
        lines.append(f"values = {json.dumps(ENUM_VALUES)}")
    if not plain and chance.random() < 0.25:
        lines.append("memory = true")
    if not plain and chance.random() < 0.3:
        default = "p1" if fact.name.endswith(".within") else _constant(fact.type, chance)
        if default != "unrecognised" or fact.type == "text":
            lines.append(f"default = {_toml(default)}")


def _add_derived(base: RandomRuleBase, chance: random.Random) -> None:
    for number in range(chance.choice([0, 1, 2, 3])):
        scope = chance.choice(base.scopes)
        kind = chance.choice(["bool", "enum", "enum", "int", "version", "text", "instant"])
        name = f"derived_{scope}.{kind}_{number}"
        lines = ["[[fact]]", f'name = "{name}"', f'type = "{kind}"', f'scope = "{scope}"']
        lines.append("derived = true")
        values = [value for value in CONSTANTS[kind] if value != "unrecognised"]
        if kind == "enum":
            lines.append(f"values = {json.dumps(ENUM_VALUES)}")
        if chance.random() < 0.6:
            lines.append(f"otherwise = {_toml(chance.choice(values))}")
        base.head += "\n" + "\n".join(lines)
        visible = base.visible(scope)
        for _ in range(chance.randint(1, 3)):
            pattern, _ = _random_pattern(visible, chance, [])
            value = _toml(chance.choice(values))
            base.pieces.append(
                f'[[derive]]\nfact = "{name}"\nvalue = {value}\nwhen = {_toml(pattern)}'
            )
        # Declared after its derivations have been made, it cannot be concluded from itself.
        base.facts.append(RandomFact(name, kind, scope, ""))


def _add_rule(base: RandomRuleBase, rule_id: str, chance: random.Random) -> None:
    scope = chance.choice(base.scopes)
    visible = base.visible(scope)
    confirmations = chance.choice([[], [], ["fixed"], ["fixed", "seen"]])
    when, named = _random_pattern(visible, chance, [])
    lines = ["[[rule]]", f'id = "{rule_id}"', 'title = "T"', 'severity = "warning"']
    lines.append('source = { document = "D", grade = "inferred" }')
    lines.append(f"when = {_toml(when)}")
    if chance.random() < 0.5:
        until, more = _random_until(visible, chance, confirmations)
        named |= more
        lines.append(f"until = {_toml(until)}")
    if chance.random() < 0.35:
        lines.append(f'for = "{chance.choice(DURATIONS)}"')
    scopes = {fact.scope for fact in visible if fact.name in named}
    own = min(scopes, key=base.scopes.index, default=None)
    if own is None:
        # Only confirmations were named; a rule needs a fact to have a scope.
        _add_rule(base, rule_id, chance)
        return
    seen = base.visible(own)
    if chance.random() < 0.5:
        lines.append(f'occurrence = "{chance.choice(seen).name}"')
    lines.append("[rule.then]")
    if chance.random() < 0.5:
        around = chance.choice(base.scopes[base.scopes.index(own) :])
        bound = f', scope = "{around}"' if chance.random() < 0.5 else ""
        operation = chance.choice(["update", "backup"])
        lines.append(f'forbid = [{{ operation = "{operation}"{bound} }}]')
    for name in confirmations:
        lines += ["[[rule.then.step]]", f'do = "Confirm {name}"', f'confirm = "{name}"']
    for number in range(chance.choice([0, 0, 1, 2])):
        pattern, _ = _random_pattern(seen, chance, confirmations)
        lines += ["[[rule.then.step]]", f'do = "Do {number}"', f"done_when = {_toml(pattern)}"]
        instants = [fact.name for fact in seen if fact.type == "instant"]
        if instants and chance.random() < 0.6:
            bound = chance.choice(['at_least = "1m"', 'at_least = "10s", at_most = "5m"'])
            lines.append(f'wait = {{ from = "{chance.choice(instants)}", {bound} }}')
    base.rules.append(RandomRule(rule_id, confirmations))
    base.pieces.append("\n".join(lines))


def _random_until(
    visible: list[RandomFact], chance: random.Random, confirmations: list[str]
) -> tuple[dict[str, Any], set[str]]:
    """What ends a latch; often an operator's word alone, so that latches come to their end."""
    if confirmations and chance.random() < 0.4:
        return {f"confirm.{confirmations[0]}": True}, set()
    return _random_pattern(visible, chance, confirmations)


def _random_pattern(
    facts: list[RandomFact], chance: random.Random, confirmations: list[str], depth: int = 0
) -> tuple[dict[str, Any], set[str]]:
    """A pattern's table, and the facts that it names."""
    table: dict[str, Any] = {}
    named: set[str] = set()
    words = [word for word in ("any", "all", "none") if depth < 2 and chance.random() < 0.22]
    plain = chance.choice([1, 1, 2]) if depth < 2 else 1
    if words and chance.random() < 0.4:
        plain = 0
    for fact in chance.sample(facts, min(plain, len(facts))):
        table[fact.name] = _random_demand(fact, facts, chance, named)
        named.add(fact.name)
    if confirmations and chance.random() < 0.4:
        table[f"confirm.{chance.choice(confirmations)}"] = chance.random() < 0.8
    for word in words:
        table[word] = []
        for _ in range(chance.randint(1, 3)):
            part, more = _random_pattern(facts, chance, confirmations, depth + 1)
            table[word].append(part)
            named |= more
    return table, named


def _random_demand(
    fact: RandomFact, facts: list[RandomFact], chance: random.Random, named: set[str]
) -> Any:
    draw = chance.random()
    if draw < 0.1:
        return {"known": chance.random() < 0.5}
    alike = [other for other in facts if other.type == fact.type and other.name != fact.name]
    if alike and chance.random() < 0.3:
        words = ["same_as", "differs_from"]
        words += ["later_than", "earlier_than"] * 2 if fact.type == "instant" else []
        other = chance.choice(alike).name
        named.add(other)
        return {chance.choice(words): other}
    if fact.type == "instant" and draw < 0.8:
        demand = {"older_than": chance.choice(DURATIONS)}
        if chance.random() < 0.5:
            demand = {"newer_than": chance.choice(DURATIONS)}
        if chance.random() < 0.2:
            demand |= {"older_than": "10s"}
        return demand
    if fact.type in ("int", "float", "duration", "version") and draw < 0.7:
        low = {chance.choice(["above", "at_least"]): _constant(fact.type, chance)}
        high = {chance.choice(["below", "at_most"]): _constant(fact.type, chance)}
        return chance.choice([low, high, low | high])
    if fact.type == "text" and draw < 0.5:
        return {"matches": chance.choice(_EXPRESSIONS)}
    values = [_constant(fact.type, chance) for _ in range(chance.randint(1, 3))]
    if draw < 0.35 or (fact.type == "enum" and draw < 0.5):
        return {"not": values if len(values) > 1 else values[0]}
    return values if len(values) > 1 else values[0]


def _constant(kind: str, chance: random.Random) -> Any:
    return chance.choice(CONSTANTS[kind])


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(value)
