"""JSON Schema of facts: their values, conditions on them, and patterns of those."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from rules.authoring import schema_parts as part
from rules.authoring.schema_parts import Schema
from rules.expressions import LONGEST_EXPRESSION
from rules.pattern import AGE_OPERATORS, COMBINATORS, RELATION_OPERATORS, THRESHOLD_OPERATORS
from rules.rule_base import Fact, RuleBase
from rules.values import LARGEST_NUMBER, LONGEST_TEXT
from rules.vocabulary import UNRECOGNISED

_VERSION: Final = (
    r"^[vV]?[0-9]{1,18}(\.[0-9]{1,64})*([-+_][0-9A-Za-z]{1,64}([.\-+_][0-9A-Za-z]{1,64})*)?$"
)
_MONTH: Final = "(0[1-9]|1[0-2])"
_DAY: Final = "(0[1-9]|[12][0-9]|3[01])"
_WEEK: Final = "W(0[1-9]|[1-4][0-9]|5[0-3])"
_INSTANT: Final = (
    rf"^[0-9]{{4}}(-{_MONTH}-{_DAY}|{_MONTH}{_DAY}|-?{_WEEK}(-?[1-7])?)[ -~]"
    r"([01][0-9]|2[0-3])[0-9:.,]*([zZ]|[+-][0-9:.,]{2,15})$"
)
_RELATIVE: Final = f"^[+-]{part.ANY_DURATION[1:]}"
_RANGE: Final = {"minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER}


def document(title: str, tables: dict[str, Schema], rule_base: RuleBase) -> Schema:
    """A whole document of such tables."""
    return {
        "$schema": part.DIALECT,
        "title": f"{title} ({rule_base.title or rule_base.id})",
        "type": "object",
        "properties": tables,
        "additionalProperties": False,
        "$defs": {
            **_patterns(rule_base),
            "facts": _tree("facts", rule_base.facts.values(), said, but_derived=True),
            "expected": _tree("expected", rule_base.facts.values(), said),
            **kinds(rule_base),
            "source": part.source(),
        },
    }


def pattern(description: str, *, confirmations: bool = False) -> Schema:
    """A pattern; with `confirmations`, what operators have confirmed has a place in it."""
    name = "pattern_with_confirmations" if confirmations else "pattern"
    return {"$ref": f"#/$defs/{name}", "description": description}


def _patterns(rule_base: RuleBase) -> dict[str, Schema]:
    """A pattern, and one in which confirmations have their place."""

    def asked(fact: Fact) -> Schema:
        return condition(fact, rule_base)

    tree = _tree("pattern", rule_base.facts.values(), asked)
    described = {
        "type": "object",
        "description": "What must be so: facts with values or operators",
        "minProperties": 1,
        "additionalProperties": False,
    }
    of_facts = {
        name: {"$ref": f"#/$defs/pattern/properties/{name}", "description": inner["description"]}
        for name, inner in tree["properties"].items()
    }
    confirmed = {"$ref": "#/$defs/confirmed"}
    confirm = {
        "type": "object",
        "description": "What operators have confirmed",
        "minProperties": 1,
        "additionalProperties": confirmed,
    }
    return {
        "pattern": {
            **described,
            "properties": {**_combined("pattern"), **tree["properties"]},
            "patternProperties": tree["patternProperties"],
        },
        "pattern_with_confirmations": {
            **described,
            "properties": {
                **_combined("pattern_with_confirmations"),
                "confirm": confirm,
                **of_facts,
            },
            "patternProperties": {
                r"^confirm\.[a-z][a-z0-9_]*$": confirmed,
                **tree["patternProperties"],
            },
        },
        "confirmed": {
            **_condition({"type": "boolean"}, {}),
            "description": "Whether an operator has confirmed it",
        },
    }


def _combined(name: str) -> dict[str, Schema]:
    said = {
        "any": "One of these must hold",
        "all": "All of these must hold",
        "none": "None of these may hold",
    }
    return {
        kind: {
            "type": "array",
            "items": {"$ref": f"#/$defs/{name}"},
            "minItems": 1,
            "description": said[kind],
        }
        for kind in COMBINATORS
    }


def _tree(
    name: str,
    facts: Iterable[Fact],
    leaf: Callable[[Fact], Schema],
    *,
    but_derived: bool = False,
) -> Schema:
    """Facts as tables within tables, as dotted keys make them, and under names in quotes."""
    chosen = [fact for fact in facts if not (but_derived and fact.derived)]
    needed = 1 if name == "pattern" else 0
    root = _branch("Facts by their names", 0)
    for fact in chosen:
        *families, last = fact.name.split(".")
        node = root
        for family in families:
            node = node["properties"].setdefault(
                family, _branch(f"Facts whose names begin with {family}", needed)
            )
        node["properties"][last] = leaf(fact)
    _quote(root, f"#/$defs/{name}")
    return root


def _branch(description: str, needed: int) -> Schema:
    branch: Schema = {"type": "object", "description": description, "properties": {}}
    if needed:
        branch["minProperties"] = needed
    return {**branch, "patternProperties": {}, "additionalProperties": False}


def _quote(node: Schema, where: str) -> None:
    """Let several words of a name stand in quotes as one key. What editors offer are the words
    alone: they offer no key that only matches an expression."""
    for key, inner in node["properties"].items():
        here = f"{where}/properties/{key}"
        if "patternProperties" in inner:
            _quote(inner, here)
            for joined, reference in _joined(inner, key, here):
                node["patternProperties"][f"^{re.escape(joined)}$"] = {"$ref": reference}


def _joined(node: Schema, name: str, where: str) -> Iterable[tuple[str, str]]:
    for key, inner in node["properties"].items():
        joined, here = f"{name}.{key}", f"{where}/properties/{key}"
        yield joined, here
        if "patternProperties" in inner:
            yield from _joined(inner, joined, here)


def type_of(fact: Fact, *, recognised_only: bool = False) -> Schema:
    """What a fact's values can be; `recognised_only` leaves out the word that no catalogue
    knows."""
    match fact.type:
        case "bool":
            return {"type": "boolean"}
        case "int":
            return {"type": "integer", **_RANGE}
        case "float":
            return {"type": "number", **_RANGE}
        case "enum":
            return {"enum": [*fact.values, *(() if recognised_only else (UNRECOGNISED,))]}
        case "duration":
            return {
                "anyOf": [
                    {"type": "string", "pattern": part.ANY_DURATION},
                    {"type": "number", **_RANGE},
                ]
            }
        case "instant":
            return {"type": "string", "pattern": _INSTANT}
        case "version":
            return {"type": "string", "pattern": _VERSION}
        case _:
            return {"type": "string", "maxLength": LONGEST_TEXT}


def kind_of(fact: Fact) -> str:
    """What facts have in common that can be compared with one another."""
    plain = re.fullmatch("[A-Za-z0-9]*", fact.unit)
    # What stands in a reference has no blanks, slashes or percent signs.
    unit = fact.unit if plain else f"x{fact.unit.encode().hex()}"
    return f"alike_{fact.type}{f'_{unit}' if unit else ''}"


def kinds(rule_base: RuleBase) -> dict[str, Schema]:
    """By kind of fact, the facts that can be compared with one another."""
    kinds: dict[str, list[str]] = {}
    for fact in rule_base.facts.values():
        kinds.setdefault(kind_of(fact), []).append(fact.name)
    return {
        kind: {"enum": sorted(names), "description": "Another fact"}
        for kind, names in kinds.items()
    }


def describe(fact: Fact) -> str:
    """What an editor shows beside a fact."""
    unit = f", in {fact.unit}" if fact.unit else ""
    return f"{fact.meaning or fact.name} ({fact.type}{unit}; {fact.scope})"


def said(fact: Fact) -> Schema:
    """What a test may say of a fact."""
    value = type_of(fact)
    if fact.type == "instant":
        value = {"anyOf": [value, {"type": "string", "pattern": _RELATIVE}]}
    return {**value, "description": describe(fact)}


def condition(fact: Fact, rule_base: RuleBase) -> Schema:
    """What a pattern may ask of a fact."""
    value = type_of(fact)
    alike = [
        one
        for one in rule_base.facts.values()
        if one.type == fact.type and one.unit == fact.unit and one is not fact
    ]
    operators: dict[str, Schema] = {}
    if fact.type in ("int", "float", "duration", "version"):
        for name in sorted(THRESHOLD_OPERATORS):
            operators[name] = {**value, "description": _MEANINGS[name]}
    if fact.type == "instant":
        operators |= {
            name: part.duration(_MEANINGS[name], or_none=True) for name in sorted(AGE_OPERATORS)
        }
    if fact.type == "text":
        operators["matches"] = {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_EXPRESSION,
            "description": "A regular expression that is found in the text",
        }
    for name in sorted(RELATION_OPERATORS):
        if alike and (fact.type == "instant" or name in ("same_as", "differs_from")):
            operators[name] = {
                "allOf": [{"$ref": f"#/$defs/{kind_of(fact)}"}, {"not": {"const": fact.name}}],
                "description": _MEANINGS[name],
            }
    return {**_condition(value, operators), "description": describe(fact)}


_MEANINGS: Final = {
    "above": "More than this",
    "below": "Less than this",
    "at_least": "This or more",
    "at_most": "This or less",
    "older_than": "The instant's age is this or more",
    "newer_than": "The instant's age is less than this",
    "later_than": "Later than this other fact's instant",
    "earlier_than": "Earlier than this other fact's instant",
    "same_as": "The same as this other fact",
    "differs_from": "Another than this other fact",
}


def _condition(value: Schema, operators: dict[str, Schema]) -> Schema:
    """A value, a list of which one must be so, or operators that must all hold."""
    several = {"type": "array", "items": value, "minItems": 1, "uniqueItems": True}
    known = part.flag("Whether the fact is known; stands alone")
    table = {
        "type": "object",
        "properties": {
            "not": {"anyOf": [value, several], "description": "None of these"},
            "known": known,
            **operators,
        },
        "additionalProperties": False,
        "minProperties": 1,
        "if": {"required": ["known"]},
        "then": {"maxProperties": 1},
    }
    return {"anyOf": [value, several, table]}


def values_by_fact(key: str, facts: Iterable[Fact], *, value: str, recognised_only: bool) -> Any:
    """By the fact that a key names, what the value of another key can be."""
    for fact in facts:
        values = type_of(fact, recognised_only=recognised_only)
        yield part.where(key, fact.name, {"properties": {value: values}})
