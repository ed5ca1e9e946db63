"""The parts that JSON Schemas of rule files and of their tests are made of."""

from __future__ import annotations

from typing import Any, Final, get_args

from rules.vocabulary import Grade

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DURATION: Final = r"([0-9]{1,9}(\.[0-9]{1,6})?(ms|s|m|h|d|w))+"
ANY_DURATION: Final = f"^{_DURATION}$"
_DURATION_OF_LENGTH: Final = f"^(?=.*[1-9]){_DURATION}$"
_WEB: Final = r"^[hH][tT][tT][pP][sS]?://[^\s/?#]+\S*$"
NAME: Final = "^[a-z][a-z0-9_-]*$"
SOMETHING: Final = r"\S"
_SOMETHING_WITH_FACTS: Final = r"^(?=[\s\S]*\S)([^{}]|\{[a-z0-9_.]+\})*$"

Schema = dict[str, Any]


def text(description: str) -> Schema:
    """A text that says something."""
    return {"type": "string", "pattern": SOMETHING, "description": description}


def text_with_facts(description: str) -> Schema:
    """A text that says something, in which braces stand around facts' names alone."""
    return {"type": "string", "pattern": _SOMETHING_WITH_FACTS, "description": description}


def texts(description: str) -> Schema:
    """A list of texts, each another."""
    items = {"type": "string", "pattern": SOMETHING}
    return {"type": "array", "items": items, "uniqueItems": True, "description": description}


def flag(description: str) -> Schema:
    """Whether something is so."""
    return {"type": "boolean", "description": description}


def word(words: Any, description: str) -> Schema:
    """One of some words."""
    return {"enum": list(words), "description": description}


def words(words: Any, description: str) -> Schema:
    """A list of some of some words, each another."""
    return {
        "type": "array",
        "items": {"enum": list(words)},
        "uniqueItems": True,
        "description": description,
    }


def duration(description: str, *, or_none: bool = False) -> Schema:
    """A duration such as "24h"; with `or_none`, it may be of no length."""
    pattern = ANY_DURATION if or_none else _DURATION_OF_LENGTH
    return {"type": "string", "pattern": pattern, "description": description}


def list_of(items: Schema, description: str = "") -> Schema:
    """A list of tables."""
    said = description or items.get("description", "")
    return {"type": "array", "items": items, "description": said}


def table_of(
    properties: dict[str, Any], required: list[str], description: str, *also: Schema
) -> Schema:
    """A table that has no other keys; `also` are conditions on them together."""
    table: Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return {**table, "allOf": list(also)} if also else table


def named_tables(table: Schema, description: str) -> Schema:
    """Tables by names that the author gives."""
    return {
        "type": "object",
        "description": description,
        "propertyNames": {"pattern": NAME},
        "additionalProperties": table,
    }


def where(key: str, value: Any, then: Schema, otherwise: Schema | None = None) -> Schema:
    """What must be so as well where a key has a value."""
    condition = {"properties": {key: {"const": value}}, "required": [key]}
    return {"if": condition, "then": then, **({"else": otherwise} if otherwise else {})}


def has(key: str, then: Schema, otherwise: Schema | None = None) -> Schema:
    """What must be so as well where a key is there."""
    return {"if": {"required": [key]}, "then": then, **({"else": otherwise} if otherwise else {})}


def without(*keys: str) -> Schema:
    """Keys that have no place."""
    return {"not": {"anyOf": [{"required": [key]} for key in keys]}}


def grade() -> Schema:
    """How well something is known."""
    return word(get_args(Grade), "How well it is known")


def source() -> Schema:
    """Where something comes from."""
    return table_of(
        {
            "document": text("Its title"),
            "section": text("Where in it"),
            "page": {"type": "integer", "minimum": 1, "description": "On which page"},
            "url": {"type": "string", "pattern": _WEB, "description": "Where it can be read"},
            "grade": grade(),
        },
        ["document"],
        "The document that this comes from",
    )
