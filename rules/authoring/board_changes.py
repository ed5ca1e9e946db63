"""Small changes of a line of the board: its signs, and the conditions under which they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, get_args

from msgspec.structs import replace

from rules.authoring.diagram import NOWHERE
from rules.authoring.pattern_changes import PatternChange, pattern_changes
from rules.authoring.space import Space
from rules.board import BoardLine, Sign, SignName
from rules.rule_base import Fact


class LineChange(NamedTuple):
    """One change of a line."""

    said: str
    line: BoardLine
    sign: int
    """Which of its signs is changed."""
    of_pattern: PatternChange | None
    """The change of that sign's pattern; none where it is the sign itself that is another one, or
    is taken away."""
    key: str
    """What of the sign is changed; empty where all of it is."""


def line_changes(line: BoardLine, facts: Mapping[str, Fact]) -> Iterator[LineChange]:
    """Every change of a line."""
    for number, sign in enumerate(line.signs):
        for other in _others(sign):
            said = f'sign "{sign.sign}" turned to "{other}"'
            yield LineChange(
                said, _with(line, number, replace(sign, sign=other)), number, None, "sign"
            )
        rest = (*line.signs[:number], *line.signs[number + 1 :])
        yield LineChange(f"{sign.sign} taken away", replace(line, signs=rest), number, None, "")
        for change in pattern_changes(sign.when, facts):
            changed = _with(line, number, replace(sign, when=change.pattern))
            yield LineChange(f"{sign.sign}: {change.said}", changed, number, change, "when")


def _others(sign: Sign) -> Iterator[SignName]:
    names: tuple[SignName, ...] = get_args(SignName)
    yield names[(names.index(sign.sign) + 1) % len(names)]
    if sign.sign not in ("good", "unknown"):
        # What reads as well is the worst of all slips.
        yield "good"


def _with(line: BoardLine, number: int, sign: Sign) -> BoardLine:
    return replace(line, signs=(*line.signs[:number], sign, *line.signs[number + 1 :]))


def shown_by(space: Space, line: BoardLine) -> dict[str, int]:
    """In which situations a line shows which sign; the first whose pattern holds."""
    shown: dict[str, int] = {}
    diagram = space.diagram
    taken: int | None = None
    for sign in line.signs:
        holds = space.sets(sign.when).true
        own = holds if taken is None else diagram.without(holds, taken)
        taken = holds if taken is None else diagram.either(taken, holds)
        shown[sign.sign] = diagram.either(shown[sign.sign], own) if sign.sign in shown else own
    return {name: where for name, where in shown.items() if name != "unknown" and where != NOWHERE}
