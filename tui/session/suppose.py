"""What would be: facts changed on a copy of a watch. Nothing of it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from rules.engine import Watch
from rules.rule_base import Fact
from rules.values import Value, read_duration, read_value
from rules.vocabulary import FACTS_CHANGED, UNRECOGNISED, Event, EventData
from tui.session.snapshot import Supposition

_LONGEST_STEP: Final = timedelta(minutes=1)


def read_supposition(watch: Watch, subject: str, fact_name: str, text: str) -> Supposition:
    """What an operator typed as a fact's value; an empty text makes it unknown.

    Raises:
        ValueError: with what would be right.
    """
    fact = watch.rule_base.facts.get(fact_name)
    if fact is None or subject not in watch.words.subjects:
        raise ValueError(f"there is no fact {fact_name} on {subject}")
    if fact.derived:
        raise ValueError(f"{fact_name} is concluded from other facts; change those")
    if fact.scope != subject.partition("/")[0]:
        raise ValueError(f"{fact_name} is a fact of each {fact.scope}")
    return Supposition(subject, fact_name, _value(fact, text.strip()))


def _value(fact: Fact, text: str) -> Value | None:
    if not text:
        return None
    raw: Any = text
    if fact.type == "bool":
        raw = {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
    elif fact.type in {"int", "float"} or (fact.type == "duration" and _is_number(text)):
        try:
            raw = int(text) if fact.type == "int" else float(text)
        except ValueError:
            raise ValueError(f"{fact.name} {_wanted(fact)}") from None
    try:
        value = read_value(fact.type, raw)
    except ValueError as error:
        raise ValueError(f"{fact.name} {error}") from None
    if fact.type == "enum" and value not in {*fact.values, UNRECOGNISED}:
        raise ValueError(f"{fact.name} must be one of {', '.join(fact.values)}")
    return value


def _wanted(fact: Fact) -> str:
    return "must be a whole number" if fact.type == "int" else "must be a number"


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()


def read_later(text: str) -> float:
    """A duration such as `90m` in seconds.

    Raises:
        ValueError: when it is none.
    """
    return read_duration(text.strip()).total_seconds()


def supposed_watch(watch: Watch, suppositions: Sequence[Supposition], later: float) -> Watch:
    """A copy of a watch on which the suppositions hold, so many seconds later."""
    copy = watch.copy()
    for number, one in enumerate(suppositions):
        fact = copy.rule_base.facts.get(one.fact)
        if fact is None:
            continue
        event = Event(
            id=f"supposed-{number}",
            source=f"{fact.source}/supposed",
            type=FACTS_CHANGED,
            time=copy.now,
            subject=one.subject,
            data=EventData(facts={one.fact: one.value}, message="Supposed"),
        )
        copy.apply(event)
    if later > 0:
        _let_pass(copy, later)
    return copy


def _let_pass(copy: Watch, seconds: float) -> None:
    """Let time pass while whoever is heard now stays heard."""
    end = copy.now + timedelta(seconds=seconds)
    heard = [
        source.name
        for source in copy.words.sources.values()
        if source.heartbeat is not None and not source.lost
    ]
    beats = [source.heartbeat for source in copy.words.sources.values() if source.heartbeat]
    step = min([*beats, _LONGEST_STEP]) if heard else timedelta(seconds=seconds)
    step = max(step, timedelta(seconds=seconds) / 2000, timedelta(seconds=1))
    number = 0
    while copy.now < end:
        to = min(end, copy.now + step)
        for name in heard:
            number += 1
            copy.apply(
                Event(
                    id=f"supposed-heard-{number}",
                    source="watch/supposed",
                    type="watchkeeper.source.heard",
                    time=to,
                    data=EventData(source=name),
                )
            )
        copy.advance(to)
