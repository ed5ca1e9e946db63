"""The values that lie next to a value: what a slip of the pen might have made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from rules.rule_base import Fact
from rules.values import LARGEST_NUMBER, Value

A_SECOND: Final = timedelta(seconds=1)

_LAST_NUMBER: Final = re.compile(r"([0-9]+)(?![0-9])(?!.*[0-9])")


def next_to(value: Value, fact: Fact | None) -> Iterator[Value]:
    """The next value and the one before it; of words, the one that stands next in the catalogue.

    Numbers are one apart, or one in the last place that is written; durations a second; versions
    one in their last number. Texts have no next one."""
    kind = "bool" if fact is None else fact.type
    if kind == "enum" and fact is not None and len(fact.values) > 1 and value in fact.values:
        place = fact.values.index(str(value))
        yield fact.values[(place + 1) % len(fact.values)]
    elif kind == "version":
        yield from _versions(str(value))
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        step = 1 if float(value).is_integer() else 10 ** -len(f"{value!r}".partition(".")[2])
        for other in (value + step, value - step):
            if abs(other) <= LARGEST_NUMBER:
                yield other if isinstance(value, int) else round(float(other), 12)


def _versions(text: str) -> Iterator[str]:
    found = _LAST_NUMBER.search(text)
    if found is None:
        return
    digits = found[1]
    for number in (int(digits) + 1, int(digits) - 1):
        if number >= 0 and len(str(number)) <= len(digits) + 1:
            yield f"{text[: found.start()]}{number:0{len(digits)}d}{text[found.end() :]}"
    if int(digits) == 0 and "." in text:
        # Nothing lies before x.0 but what lies before x.
        whole = text[: found.start()].rstrip(".-+_")
        yield from list(_versions(whole))[1:]


def a_second_apart(span: timedelta) -> Iterator[timedelta]:
    """The durations that are a second longer and a second shorter, where that is any."""
    yield span + A_SECOND
    if span > A_SECOND:
        yield span - A_SECOND
