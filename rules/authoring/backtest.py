"""What those on watch would see otherwise of the same events by another rule base."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from rules.authoring.seen import Life, Seen, Timeline, Timelines, say_time
from rules.engine import Watch
from rules.rule_base import RuleBase
from rules.vocabulary import Event

_OF_A_STEP: Final = re.compile(r"(?:source of )?step \d+")
_ABSENT: Final = "none"


class Found(msgspec.Struct, frozen=True):
    """When a finding was raised, and when it ended."""

    raised: datetime
    resolved: datetime | None


class Otherwise(msgspec.Struct, frozen=True):
    """Something that is seen otherwise: as it is the first time, and how often that begins."""

    what: str
    old: str
    new: str
    first: datetime
    times: int = 1


class Difference(msgspec.Struct, frozen=True):
    """A finding that one rule base gives alone, or that the other gives otherwise; a blind spot, or
    a part of the board."""

    kind: Literal["appears", "disappears", "moves", "says otherwise", "blind spot", "board"]
    rule: str
    """Empty for the board."""
    subject: str
    """The first, where several see the same otherwise."""
    old: Found | None = None
    new: Found | None = None
    otherwise: tuple[Otherwise, ...] = ()
    subjects: int = 1

    def __str__(self) -> str:
        name = f"{self.rule} on {self.subject}"
        if self.kind in ("blind spot", "board"):
            (one,) = self.otherwise
            about = name if self.rule else f"{one.what} of {self.subject}"
            told = f"{self.kind}: {about}, {_from_to(one)} at {say_time(one.first)}"
            counts = [f"{one.times:,} times"] if one.times > 1 else []
            counts += [f"{self.subjects:,} subjects"] if self.subjects > 1 else []
            return f"{told} ({', '.join(counts)})" if counts else told
        if self.old is None or self.new is None:
            found = self.old or self.new
            assert found is not None
            return f"{self.kind}: {name}, {_say(found)}"
        changes = "; ".join(f"{one.what} {self._told(one)}" for one in self.otherwise)
        if self.kind == "moves":
            told = f"moves: {name}, {_say(self.old)}; now {_say(self.new)}"
            return f"{told}: {changes}" if changes else told
        return f"says otherwise: {name}, {_say(self.new)}: {changes}"

    def _told(self, one: Otherwise) -> str:
        """What differs, with the time where it does not from the beginning."""
        assert self.old is not None
        assert self.new is not None
        told = _from_to(one)
        if one.first > max(self.old.raised, self.new.raised):
            told += f" at {say_time(one.first)}"
        return f"{told} ({one.times:,} times)" if one.times > 1 else told

    @property
    def first_seen(self) -> datetime:
        """From when on it is seen."""
        raised = [one.raised for one in (self.old, self.new) if one is not None]
        return min([*raised, *(one.first for one in self.otherwise)])

    def as_object(self) -> dict[str, Any]:
        """The same for machines."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def _from_to(one: Otherwise) -> str:
    return f"{one.old or _ABSENT}, now {one.new or _ABSENT}"


def _say(found: Found) -> str:
    end = f"resolved {say_time(found.resolved)}" if found.resolved else "open"
    return f"raised {say_time(found.raised)}, {end}"


def declared_otherwise(old: RuleBase, new: RuleBase) -> list[str]:
    """What those on watch see otherwise whatever happens: titles of operations, and how the board
    is laid out."""
    told = []
    for name in sorted({*old.operations, *new.operations}):
        was, now = old.operations.get(name), new.operations.get(name)
        titles = was.title if was else "", now.title if now else ""
        if titles[0] != titles[1]:
            told.append(f"operation {name}: {titles[0] or _ABSENT}, now {titles[1] or _ABSENT}")
    boards = old.board, new.board
    for what in ("scope", "title", "badge", "first", "operation", "note_heading"):
        one, two = (getattr(board, what) for board in boards)
        if one != two:
            told.append(f"board, {what}: {one or _ABSENT}, now {two or _ABSENT}")
    for what, values in (
        ("lines", [tuple(line.label for line in board.lines) for board in boards]),
        ("lines together", [tuple(o.label for o in board.lines if o.together) for board in boards]),
    ):
        if values[0] != values[1]:
            one, two = (", ".join(labels) or _ABSENT for labels in values)
            told.append(f"board, {what}: {one}, now {two}")
    return told


def differences(old: Watch, new: Watch, events: Sequence[tuple[Event, bytes]]) -> list[Difference]:
    """What differs: findings, then blind spots, then the board, each in the order of time. Both
    watches are as they begin, and stay so. A rule that has got a new id is the same rule where the
    new one names the old one among its aliases."""
    renamed = {alias: rule.id for rule in new.rule_base.rules for alias in rule.aliases}
    before, after = Seen(old), Seen(new)
    before.follow(events)
    after.follow(events)
    result = list(_findings_differ(_by_name(before.lives, renamed), _by_name(after.lives, {})))
    blind = {(renamed.get(rule, rule), name): one for (rule, name), one in before.blind.items()}
    for rule, found in _timelines_differ(blind, after.blind):
        result += [_over_subjects("blind spot", rule, "", found)]
    for what, found in _timelines_differ(before.board, after.board):
        result += [_over_subjects("board", "", what, found)]
    last = ("blind spot", "board")
    result.sort(
        key=lambda one: (
            last.index(one.kind) if one.kind in last else -1,
            one.first_seen,
            one.rule,
            one.subject,
        )
    )
    return result


def _by_name(
    lives: Iterable[Life], renamed: Mapping[str, str]
) -> dict[tuple[str, str], list[Life]]:
    found: dict[tuple[str, str], list[Life]] = {}
    for life in lives:
        rule = life.finding.rule.id
        found.setdefault((renamed.get(rule, rule), life.finding.subject), []).append(life)
    if renamed:
        for life in lives:
            beneath = life.timelines.get("stands beneath", [])
            beneath[:] = [(at, renamed.get(by, by)) for at, by in beneath]
    return found


def _findings_differ(
    before: Mapping[tuple[str, str], list[Life]], after: Mapping[tuple[str, str], list[Life]]
) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        mine, theirs = list(before.get(key, [])), list(after.get(key, []))
        for one in list(mine):
            same = next((two for two in theirs if _found(two) == _found(one)), None)
            if same is not None:
                mine.remove(one)
                theirs.remove(same)
                if otherwise := _otherwise(one, same):
                    yield Difference("says otherwise", *key, _found(one), _found(same), otherwise)
        # What is left of both is taken to have moved, in the order in which it was raised.
        for one, two in zip(mine, theirs, strict=False):
            otherwise = tuple(
                part
                for part in _otherwise(one, two)
                if part.what not in ("evidence", "changed since it was raised")
            )
            yield Difference("moves", *key, _found(one), _found(two), otherwise)
        paired = min(len(mine), len(theirs))
        for one in mine[paired:]:
            yield Difference("disappears", *key, _found(one), None)
        for two in theirs[paired:]:
            yield Difference("appears", *key, None, _found(two))


def _found(life: Life) -> Found:
    return Found(life.finding.raised_at, life.finding.resolved_at)


def _otherwise(one: Life, two: Life) -> tuple[Otherwise, ...]:
    """What two findings of a rule say otherwise, while both are open."""
    begin = max(one.finding.raised_at, two.finding.raised_at)
    ends = [end for end in (one.finding.resolved_at, two.finding.resolved_at) if end is not None]
    mine, theirs = one.timelines, two.timelines
    found = {
        what: told
        for what in {**mine, **theirs}
        if (told := _otherwise_in(what, mine, theirs, begin, min(ends, default=None)))
    }
    if "steps" in found:
        # Their numbers mean other steps.
        found = {what: told for what, told in found.items() if not _OF_A_STEP.match(what)}
    if "support" in found:
        found.pop("source of support", None)
    if "forbids" in found:
        found.pop("words of what is forbidden", None)
    return tuple(found.values())


def _otherwise_in(
    what: str, one: Timelines, two: Timelines, begin: datetime, end: datetime | None
) -> Otherwise | None:
    return _otherwise_of(what, one.get(what, []), two.get(what, []), begin, end)


def _otherwise_of(
    what: str, one: Timeline, two: Timeline, begin: datetime | None, end: datetime | None
) -> Otherwise | None:
    """Where two timelines differ first, and how often they begin to."""
    if one == two:
        return None
    first: Otherwise | None = None
    times = 0
    differed = False
    mine, theirs = dict(one), dict(two)
    old = new = ""
    moments = sorted({*mine, *theirs})
    for number, at in enumerate(moments):
        old, new = mine.get(at, old), theirs.get(at, new)
        if end is not None and at >= end and at != begin:
            break
        following = moments[number + 1] if number + 1 < len(moments) else None
        if begin is not None and following is not None and following <= begin:
            continue
        if old != new and not differed:
            times += 1
            first = first or Otherwise(what, old, new, at if begin is None else max(at, begin))
        differed = old != new
    return replace(first, times=times) if first is not None else None


def _timelines_differ(
    before: Mapping[tuple[str, str], Timeline], after: Mapping[tuple[str, str], Timeline]
) -> Iterator[tuple[str, list[tuple[str, Otherwise]]]]:
    """By the first name of each, where it differs: the subjects."""
    found: dict[str, list[tuple[str, Otherwise]]] = {}
    for what, subject in sorted({*before, *after}):
        one, two = before.get((what, subject), []), after.get((what, subject), [])
        if (told := _otherwise_of(what, one, two, None, None)) is not None:
            found.setdefault(what, []).append((subject, told))
    yield from found.items()


def _over_subjects(
    kind: Literal["blind spot", "board"],
    rule: str,
    what: str,
    found: list[tuple[str, Otherwise]],
) -> Difference:
    """The same on several subjects is told once, as it is seen first."""
    subject, first = min(found, key=lambda one: (one[1].first, one[0]))
    times = sum(one.times for _, one in found)
    told = replace(first, what=what or "missing", times=times)
    return Difference(kind, rule, subject, None, None, (told,), len(found))
