"""From the tables of a rule base to its catalogue: scopes, sources, facts, operations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, get_args

from rules.fault_codes import Code
from rules.pattern import RESERVED_WORDS
from rules.read_constant import read_constant
from rules.rule_base import Fact, Operation, Scope, SourceKind
from rules.tables import Table
from rules.values import Value, read_duration
from rules.vocabulary import FactType, Grade

ENGINE: Final = "engine"
"""The source and the family of the facts that the engine itself sets."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*")
MOST_WORDS: Final = 64
"""Words in a fact's name; a bound on how deep the tables of patterns are looked into."""
FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


def read_scope(name: str, table: Table) -> Scope:
    """One `[scope.NAME]`."""
    if not _NAME.fullmatch(name):
        message = "a scope's name is lower case letters, digits, - and _"
        table.fault(Code.BAD_NAME, message, of_key=True)
    scope = Scope(
        name=name,
        meaning=table.text("meaning"),
        within=table.text("within"),
        member_by=table.text("member_by"),
    )
    if table.has("within") != table.has("member_by"):
        other = "member_by" if table.has("within") else "within"
        table.missing(other, "within and member_by stand together")
    table.finish()
    return scope


def read_source_kind(name: str, table: Table) -> SourceKind:
    """One `[source.KIND]`."""
    if not _NAME.fullmatch(name) or name == ENGINE:
        table.fault(
            Code.BAD_NAME,
            "a source's name is lower case letters, digits, - and _, and not 'engine'",
            of_key=True,
        )
    heartbeat = table.parsed("heartbeat", read_duration)
    kind = SourceKind(name=name, meaning=table.text("meaning"), heartbeat=heartbeat)
    table.finish()
    return kind


def read_operation(table: Table) -> Operation:
    """One `[[operation]]`."""
    operation = Operation(
        name=table.text("name", required=True), title=table.text("title", required=True)
    )
    table.finish()
    return operation


def read_fact(
    table: Table,
    scopes: Mapping[str, Scope],
    sources: Mapping[str, SourceKind],
    *,
    undecided: bool,
) -> Fact | None:
    """One `[[fact]]`; None where too much of it is wrong to go on with. With `undecided`, other
    scopes and sources may have been declared where nothing can be read."""
    name = table.text("name", required=True)
    kind = table.choice("type", get_args(FactType))
    scope = table.choice("scope", scopes, undecided=undecided)
    derived = table.flag("derived")
    open_ended = not isinstance(table.content.get("derived", False), bool)
    source = ""
    if not derived:
        required = not open_ended
        source = table.choice("source", sources, required=required, undecided=undecided) or ""
    if derived and table.has("source"):
        table.get("source")
        table.fault(Code.BAD_DERIVED_FACT, "a derived fact has no source", "source")
    _check_name(name, table)
    values = tuple(dict.fromkeys(table.texts("values")))
    if kind == "enum" and table.content.get("values", []) == []:
        message = f'{name} is an enum and needs its values, such as values = ["a", "b"]'
        table.fault(Code.BAD_FACT, message, *(("values",) if table.has("values") else ()))
    if kind not in ("enum", None) and values:
        table.fault(Code.BAD_FACT, "only an enum has values", "values")
    grade = table.choice("grade", get_args(Grade), required=False) or ""
    meaning, unit, memory = table.text("meaning"), table.text("unit"), table.flag("memory")
    planned = table.flag("planned")
    if planned and kind not in ("instant", None):
        table.fault(Code.BAD_FACT, "only an instant can be planned", "planned")
    if kind is None or scope is None or not name or open_ended or (kind == "enum" and not values):
        table.get("default"), table.get("otherwise")
        table.finish()
        return None
    own = Fact(name=name, type=kind, scope=scope, values=values)
    default = _constant(table, "default", own)
    otherwise = _constant(table, "otherwise", own)
    if otherwise is not None and not derived:
        table.fault(Code.BAD_DERIVED_FACT, "only a derived fact has one", "otherwise")
    if derived and (default is not None or memory):
        table.fault(Code.BAD_DERIVED_FACT, "a derived fact has neither default nor memory")
    table.finish()
    return Fact(
        name=name,
        type=kind,
        scope=scope,
        source=source,
        meaning=meaning,
        unit=unit,
        values=values,
        default=default,
        otherwise=otherwise,
        memory=memory,
        derived=derived,
        grade=grade,
        planned=planned,
    )


def _check_name(name: str, table: Table) -> None:
    parts = name.split(".")
    if name and not FACT_NAME.fullmatch(name):
        table.fault(Code.BAD_NAME, "a fact's name is lower case words joined by dots", "name")
    elif name.count(".") >= MOST_WORDS:
        table.fault(Code.BAD_NAME, f"a fact's name has at most {MOST_WORDS} words", "name")
    for part in parts:
        if part in RESERVED_WORDS:
            table.fault(
                Code.BAD_NAME,
                f"{part!r} is a word of the rule language and no part of names",
                "name",
            )
    if parts[0] == ENGINE:
        table.fault(Code.BAD_NAME, "the family 'engine' belongs to the engine", "name")


def _constant(table: Table, key: str, fact: Fact) -> Value | None:
    value = table.get(key)
    return None if value is None else read_constant(fact, value, table, key, recognised_only=True)
