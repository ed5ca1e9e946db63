"""A seeded workload: a catalogue, rules about it, and a journal of pairs whose states move
together as those of real appliances do (a component that fails says so in several facts)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

Value: TypeAlias = bool | int | float | str
Kind: TypeAlias = Literal["bool", "enum", "int", "float"]
Operator: TypeAlias = Literal["is", "not", "above", "below", "at_least", "at_most"]

SEED: Final = 20_261_122
RULE_SEED: Final = 236
CHANGED: Final = "watchkeeper.facts.changed"
SNAPSHOT: Final = "watchkeeper.facts.snapshot"
BEGINNING: Final = date(2026, 11, 1)
INTERVAL: Final = 120
"""Milliseconds between two events: far less than the source's heartbeat."""

_COMPONENTS: Final = (
    *("power", "cooling", "storage", "network", "cluster", "image", "service", "backup"),
)
_STATUS: Final = ("ok", "warning", "degraded", "failed", "offline", "starting")
_STATUS_OF: Final = (("ok",), ("warning", "degraded", "starting"), ("failed", "offline"))
_ROLE: Final = ("active", "standby", "spare")
_MODE: Final = ("automatic", "manual", "maintenance", "locked")
_ATTRIBUTES: Final[tuple[tuple[str, Kind, tuple[str, ...]], ...]] = (
    ("present", "bool", ()),
    ("redundant", "bool", ()),
    ("status", "enum", _STATUS),
    ("role", "enum", _ROLE),
    ("mode", "enum", _MODE),
    ("errors", "int", ()),
    ("percent", "int", ()),
    ("load", "float", ()),
)
_NUMBERS: Final = (5, 6, 7)
_THRESHOLDS: Final[tuple[Operator, ...]] = ("above", "below", "at_least", "at_most")
_NAMED: Final = 0.64
"""The part of the catalogue that rules choose from; nobody has rules about everything."""


@dataclass(frozen=True)
class Fact:
    """A declared fact; `values` are an enumeration's."""

    name: str
    kind: Kind
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One comparison: `is` and `not` with accepted or refused values, else one number."""

    fact: Fact
    operator: Operator
    operands: tuple[Value, ...]

    def holds(self, value: Value) -> bool:
        """The comparison's truth of a value of the fact's own type."""
        if self.operator == "is":
            return value in self.operands
        if self.operator == "not":
            return value not in self.operands
        number, bound = float(value), float(self.operands[0])
        if self.operator == "above":
            return number > bound
        if self.operator == "below":
            return number < bound
        return number >= bound if self.operator == "at_least" else number <= bound


@dataclass(frozen=True)
class Rule:
    """`conditions` must all hold, and one of `alternatives` where there are any."""

    id: str
    conditions: tuple[Condition, ...]
    alternatives: tuple[Condition, ...] = ()

    @property
    def every_condition(self) -> tuple[Condition, ...]:
        """Conditions and alternatives."""
        return self.conditions + self.alternatives


def catalogue(size: int) -> list[Fact]:
    """`size` facts, eight to a component."""
    facts = []
    for position in range(size):
        number, (attribute, kind, values) = position // 8, _ATTRIBUTES[position % 8]
        round_, component = divmod(number, len(_COMPONENTS))
        family = _COMPONENTS[component] + (f"_{round_}" if round_ else "")
        facts.append(Fact(f"{family}.{attribute}", kind, values))
    return facts


def synthetic_rules(facts: list[Fact], size: int, seed: int = RULE_SEED) -> list[Rule]:
    """`size` rules of two to four conditions on different facts. The first watch what happens
    often; the more rules a base has, the rarer is what they look for."""
    choose = random.Random(seed)
    named = choose.sample(facts, max(4, round(len(facts) * _NAMED)))
    rules = []
    for number in range(size):
        rare = number % 1000 >= 24
        count = choose.choice((3, 3, 4, 4, 4) if rare else (2, 3, 3, 4, 4))
        conditions = tuple(_condition(fact, choose, rare) for fact in choose.sample(named, count))
        shape = choose.random() * (0.75 if rare else 1)
        required = 0 if shape >= 0.9 else count
        if 0.65 <= shape < 0.9 and count > 2:
            required = count - 2
        rules.append(Rule(f"rule-{number}", conditions[:required], conditions[required:]))
    return rules


def _condition(fact: Fact, choose: random.Random, rare: bool) -> Condition:
    if fact.kind == "bool":
        return Condition(fact, "is", (choose.random() < 0.5,))
    if fact.kind == "enum":
        shape = choose.random() * (0.6 if rare else 1)
        values = choose.sample(fact.values, 1 if shape < 0.5 else 2)
        return Condition(fact, "is" if shape < 0.75 else "not", tuple(values))
    operator = choose.choice(_THRESHOLDS)
    bound = choose.randrange(4, 97)
    if rare and choose.random() < 0.8:
        low = operator in ("below", "at_most")
        bound = choose.randrange(4, 20) if low else choose.randrange(60, 97)
    tenths = choose.randrange(10)
    return Condition(fact, operator, (bound + tenths / 10 if fact.kind == "float" else bound,))


def write_rule_base(folder: Path, facts: list[Fact], rules: list[Rule]) -> None:
    """The catalogue and the rules as files of a rule base."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        '[rule_base]\nid = "synthetic"\ntitle = "A workload"',
        '[scope.pair]\nmeaning = "Two appliances"',
        '[source.oneview]\nheartbeat = "1m"\nmeaning = "One appliance manager"',
        '[[operation]]\nname = "update"\ntitle = "Start an update"',
    ]
    for fact in facts:
        values = f"\nvalues = [{', '.join(map(_literal, fact.values))}]" if fact.values else ""
        lines.append(
            f'[[fact]]\nname = "{fact.name}"\ntype = "{fact.kind}"{values}\n'
            f'scope = "pair"\nsource = "oneview"\nmeaning = "One of many"'
        )
    (folder / "catalogue.toml").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    (folder / "rules.toml").write_text(
        "\n".join(_rule_text(rule) for rule in rules), encoding="utf-8"
    )


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _pattern_entry(condition: Condition) -> str:
    operands = ", ".join(map(_literal, condition.operands))
    listed = f"[{operands}]" if len(condition.operands) > 1 else operands
    if condition.operator == "is":
        return f"{condition.fact.name} = {listed}"
    return f"{condition.fact.name} = {{ {condition.operator} = {listed} }}"


def _rule_text(rule: Rule) -> str:
    entries = [_pattern_entry(condition) for condition in rule.conditions]
    if rule.alternatives:
        listed = ", ".join(f"{{ {_pattern_entry(part)} }}" for part in rule.alternatives)
        entries.append(f"any = [{listed}]")
    first = rule.every_condition[0].fact.name
    return (
        f'[[rule]]\nid = "{rule.id}"\ntitle = "What {rule.id} looks for has come about"\n'
        'severity = "warning"\n'
        'source = { document = "A guide", section = "Cases", page = 7, grade = "guide" }\n'
        f"when = {{ {', '.join(entries)} }}\n"
        f'[rule.then]\nimpact = "It shows in {{{first}}}."\n'
        'forbid = [{ operation = "update", grade = "inferred" }]\n'
        '[[rule.then.step]]\ndo = "Look at it"\n'
    )


class Journal:
    """The lines of a journal about so many pairs: a snapshot of each, then changes."""

    def __init__(self, facts: list[Fact], pairs: int, seed: int = SEED) -> None:
        self._facts = facts
        self._pairs = [f"pair/LE-rack-{number:05d}" for number in range(pairs)]
        self._choose = random.Random(seed + 1)
        self._components = (len(facts) + 7) // 8
        self._conditions = bytearray(pairs * self._components)
        self._values: list[list[Value]] = []

    def lines(self, events: int) -> Iterator[str]:
        """So many events, the snapshots among them."""
        total = len(self._pairs)
        for number in range(min(events, total)):
            yield self._snapshot(number)
        random_, position = self._choose.random, 0
        for number in range(total, events):
            pair = int(random_() * total)
            component = int(random_() * self._components)
            kind = random_()
            position = pair * self._components + component
            if kind < 0.58:
                changes = self._poll(pair, component, self._conditions[position])
            elif kind < 0.79:
                changes = self._shift(pair, component, position)
            else:
                changes = self._switch(pair, component)
            yield self._change(number, pair, component, changes)

    def _number(self, before: float, condition: int, kind: int) -> Value:
        """A reading that wanders about the level that its component's condition sets."""
        level = (22, 55, 86)[condition]
        after = before + (level - before) * 0.06 + self._choose.gauss(0, 4.0)
        after = min(100.0, max(0.0, after))
        return round(after, 1) if kind == 7 else round(after)

    def _poll(self, pair: int, component: int, condition: int) -> list[int]:
        kinds = self._choose.sample(_NUMBERS, 1 if self._choose.random() < 0.65 else 2)
        changed, values = [], self._values[pair]
        for kind in kinds:
            index = component * 8 + kind
            if index < len(values):
                values[index] = self._number(float(values[index]), condition, kind)
                changed.append(index)
        return changed or [min(component * 8, len(values) - 1)]

    def _shift(self, pair: int, component: int, position: int) -> list[int]:
        before = self._conditions[position]
        after = self._conditions[position] = self._choose.choice(((0, 1), (0, 2), (0, 1))[before])
        values, base = self._values[pair], component * 8
        words = {
            base + 1: after == 0,
            base + 2: self._choose.choice(_STATUS_OF[after]),
            base + self._choose.choice(_NUMBERS): 0,
        }
        changed = []
        for index, word in words.items():
            if index < len(values):
                kind = index - base
                values[index] = (
                    word if kind < 5 else self._number(float(values[index]), after, kind)
                )
                changed.append(index)
        return changed or [min(base, len(values) - 1)]

    def _switch(self, pair: int, component: int) -> list[int]:
        values = self._values[pair]
        kind = self._choose.choice((0, 3, 4))
        index = min(component * 8 + kind, len(values) - 1)
        fact = self._facts[index]
        if fact.kind == "bool":
            values[index] = not values[index]
        elif fact.kind == "enum":
            values[index] = self._choose.choice(fact.values)
        return [index]

    def _first_values(self) -> list[Value]:
        choose, values = self._choose, list[Value]()
        for position, fact in enumerate(self._facts):
            kind = position % 8
            if kind == 0:
                values.append(choose.random() < 0.9)
            elif kind == 1:
                values.append(True)
            elif kind == 2:
                values.append("ok")
            elif fact.kind == "enum":
                values.append(choose.choice(fact.values))
            else:
                level = min(100.0, max(0.0, choose.gauss(22, 6)))
                values.append(round(level, 1) if kind == 7 else round(level))
        return values

    def _snapshot(self, number: int) -> str:
        values = self._first_values()
        self._values.append(values)
        facts = ",".join(
            f'"{fact.name}":{_json(value)}' for fact, value in zip(self._facts, values, strict=True)
        )
        families = dict.fromkeys(fact.name.partition(".")[0] for fact in self._facts)
        listed = ",".join(f'"{family}"' for family in families)
        pair = self._pairs[number]
        data = f'"facts":{{{facts}}},"message":"Read all of {pair[5:]}","families":[{listed}]'
        return event_line(self._choose, number, number * INTERVAL, SNAPSHOT, pair, data)

    def _change(self, number: int, pair: int, component: int, indexes: list[int]) -> str:
        values, facts = self._values[pair], self._facts
        words = [_json(values[index]) for index in indexes]
        family, name = (
            facts[min(component * 8, len(facts) - 1)].name.partition(".")[0],
            (self._pairs[pair]),
        )
        said = ", ".join(
            f"{facts[index].name.partition('.')[2]} {word}"
            for index, word in zip(indexes, words, strict=True)
        ).replace('"', "")
        body = ",".join(
            f'"{facts[index].name}":{word}' for index, word in zip(indexes, words, strict=True)
        )
        data = f'"facts":{{{body}}},"message":"{family} of {name[5:]} reports {said}"'
        return event_line(self._choose, number, number * INTERVAL, CHANGED, name, data)


def _json(value: Value) -> str:
    return _literal(value)


def instant(milliseconds: int) -> str:
    """An instant so long after the workload's beginning."""
    seconds, thousandths = divmod(milliseconds, 1000)
    days, seconds = divmod(seconds, 86_400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{_day(days)}T{hours:02d}:{minutes:02d}:{seconds:02d}.{thousandths:03d}Z"


@cache
def _day(days: int) -> str:
    return (BEGINNING + timedelta(days=days)).isoformat()


def event_line(
    choose: random.Random,
    number: int,
    at: int,
    type_: str,
    subject: str,
    data: str,
    source: str = "oneview/composer-1",
) -> str:
    """One line of a journal, `at` milliseconds after the beginning; `data` without its braces."""
    tail = f"{choose.getrandbits(80):020x}"
    about = f'"subject":"{subject}",' if subject else ""
    return (
        f'{{"specversion":"1.0","id":"{number:08x}-{tail[:4]}-4{tail[4:7]}-a{tail[7:10]}-'
        f'{tail[8:]}",'
        f'"source":"{source}","type":"{type_}",{about}"time":"{instant(at)}","data":{{{data}}}}}\n'
    )


def write_journal(path: Path, lines: Iterator[str]) -> int:
    """The file of these lines; how many bytes it has."""
    size = 0
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        for line in lines:
            size += file.write(line)
    return size
