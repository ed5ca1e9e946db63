"""The parts that JSON Schemas of rule files and of their tests are made of."""

from __future__ import annotations

from typing import Any, Final, get_args

from rules.pattern import AGE_OPERATORS, RELATION_OPERATORS, THRESHOLD_OPERATORS
from rules.rule_base import Fact, RuleBase
from rules.vocabulary import Grade

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DURATION: Final = r"^([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d|w))+$"

Schema = dict[str, Any]


def document(title: str, tables: dict[str, Schema], rule_base: RuleBase) -> Schema:
    """A whole document of such tables."""
    return {
        "$schema": _DIALECT,
        "title": f"{title} ({rule_base.title or rule_base.id})",
        "type": "object",
        "properties": tables,
        "additionalProperties": False,
        "$defs": {
            "pattern": {
                "type": "object",
                "description": "What must be so: facts with values or operators",
                "properties": {
                    "any": patterns("One of these must hold"),
                    "all": patterns("All of these must hold"),
                    "none": patterns("None of these may hold"),
                    "confirm": {
                        "type": "object",
                        "description": "What operators have confirmed",
                        "additionalProperties": {"type": "boolean"},
                    },
                    **facts_tree(rule_base, condition)["properties"],
                },
                "additionalProperties": False,
            },
            "facts": facts_tree(rule_base, said),
            **kinds(rule_base),
            "source": source(),
        },
    }


def text(description: str) -> Schema:
    """A text."""
    return {"type": "string", "description": description}


def texts(description: str) -> Schema:
    """A list of texts."""
    return {"type": "array", "items": {"type": "string"}, "description": description}


def duration(description: str) -> Schema:
    """A duration such as "24h"."""
    return {"type": "string", "pattern": _DURATION, "description": description}


def list_of(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def table_of(properties: dict[str, Any], required: list[str], description: str) -> Schema:
    """A table that has no other keys."""
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def named_tables(properties: dict[str, Any], description: str) -> Schema:
    """Tables by names that the author gives."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": table_of(properties, [], description),
    }


def pattern(description: str) -> Schema:
    """A pattern."""
    return {"$ref": "#/$defs/pattern", "description": description}


def patterns(description: str) -> Schema:
    """A list of patterns."""
    items = {"$ref": "#/$defs/pattern"}
    return {"type": "array", "items": items, "minItems": 1, "description": description}


def grade() -> Schema:
    """How well something is known."""
    return {"enum": list(get_args(Grade)), "description": "How well it is known"}


def source() -> Schema:
    """Where something comes from."""
    return table_of(
        {
            "document": text("Its title"),
            "section": text("Where in it"),
            "page": {"type": "integer"},
            "url": text("Where it can be read"),
            "grade": grade(),
        },
        ["document"],
        "The document that this comes from",
    )


def facts(rule_base: RuleBase) -> list[Fact]:
    """All facts."""
    return list(rule_base.facts.values())


def facts_tree(rule_base: RuleBase, leaf: Any) -> Schema:
    """Facts as tables within tables, as dotted keys make them."""
    root: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
    for fact in rule_base.facts.values():
        node = root
        *families, last = fact.name.split(".")
        for family in families:
            node = node["properties"].setdefault(
                family, {"type": "object", "properties": {}, "additionalProperties": False}
            )
        node["properties"][last] = leaf(fact, rule_base)
    return root


def type_of(fact: Fact) -> Schema:
    """What a fact's values can be."""
    match fact.type:
        case "bool":
            return {"type": "boolean"}
        case "int":
            return {"type": "integer"}
        case "float":
            return {"type": "number"}
        case "enum":
            return {"enum": [*fact.values, "unrecognised"]}
        case "duration":
            return {"type": ["string", "number"]}
        case "instant":
            return {}
        case _:
            return {"type": "string"}


def kind_of(fact: Fact) -> str:
    """What facts have in common that can be compared with one another."""
    return f"facts of type {fact.type}{' in ' + fact.unit if fact.unit else ''}"


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


def said(fact: Fact, _: RuleBase) -> Schema:
    """What a test may say of a fact."""
    value = {} if fact.type == "enum" else type_of(fact)
    return {**value, "description": describe(fact)} | (
        {"examples": list(fact.values)} if fact.values else {}
    )


def condition(fact: Fact, rule_base: RuleBase) -> Schema:
    """What a pattern may ask of a fact."""
    value = type_of(fact)
    alike = [one for one in rule_base.facts.values() if kind_of(one) == kind_of(fact)]
    several = {"anyOf": [value, {"type": "array", "items": value, "minItems": 1}]}
    operators: dict[str, Schema] = {
        "not": {**several, "description": "None of these"},
        "known": {"type": "boolean", "description": "Whether the fact is known; stands alone"},
    }
    if fact.type in ("int", "float", "duration", "version"):
        operators |= dict.fromkeys(sorted(THRESHOLD_OPERATORS), value)
    if fact.type == "instant":
        operators |= {name: duration("The instant's age") for name in sorted(AGE_OPERATORS)}
    if fact.type == "text":
        operators["matches"] = text("A regular expression that is found in the text")
    for name in sorted(RELATION_OPERATORS):
        if len(alike) > 1 and (fact.type == "instant" or name in ("same_as", "differs_from")):
            operators[name] = {"$ref": f"#/$defs/{kind_of(fact)}"}
    table = {"type": "object", "properties": operators, "additionalProperties": False}
    return {"anyOf": [*several["anyOf"], table], "description": describe(fact)}
