"""Small changes of what a catalogue says of facts and of those who say them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from rules.authoring.value_changes import a_second_apart, next_to
from rules.rule_base import Fact, SourceKind
from rules.values import Value, show_duration
from rules.wording import say_value


class FactChange(NamedTuple):
    """One change of a fact."""

    said: str
    fact: Fact
    key: str
    """What of its table is changed."""
    told_by: str


class SourceChange(NamedTuple):
    """One change of a kind of source."""

    said: str
    source: SourceKind


def fact_changes(fact: Fact) -> Iterator[FactChange]:
    """Every change of a fact, but of its name, its type and the words for people."""
    told = "its value after a snapshot of its family, or at the beginning, in a [[test.expect]]"
    for said, value in _other_values("default", fact.default, fact):
        yield FactChange(said, replace(fact, default=value), "default", told)
    told = "its value where nothing concludes one, in a [[table]]"
    for said, value in _other_values("otherwise", fact.otherwise, fact):
        yield FactChange(said, replace(fact, otherwise=value), "otherwise", told)
    if fact.memory:
        told = "its value after its source is lost, in a [[test.expect]]"
        yield FactChange("memory taken away", replace(fact, memory=False), "memory", told)
    if fact.planned:
        told = f"never clock-skew-{fact.scope} while it lies an hour ahead"
        yield FactChange("planned taken away", replace(fact, planned=False), "planned", told)


def source_changes(source: SourceKind) -> Iterator[SourceChange]:
    """Every change of a kind of source."""
    if source.heartbeat is None:
        return
    yield SourceChange("heartbeat taken away", replace(source, heartbeat=None))
    for span in a_second_apart(source.heartbeat):
        said = f"heartbeat {show_duration(source.heartbeat)} turned to {show_duration(span)}"
        yield SourceChange(said, replace(source, heartbeat=span))


def _other_values(what: str, value: Value | None, fact: Fact) -> Iterator[tuple[str, Value | None]]:
    if value is None:
        return
    yield f"{what} {say_value(value, fact)} taken away", None
    for other in next_to(value, fact):
        yield f"{what} {say_value(value, fact)} turned to {say_value(other, fact)}", other
