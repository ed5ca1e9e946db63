"""What two rule bases find otherwise in the same events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from rules.engine import Watch
from rules.finding import Finding
from rules.rule_base import RuleBase, Source
from rules.situation import forbidden_now
from rules.vocabulary import Event


class Found(msgspec.Struct, frozen=True):
    """A finding as far as it is compared."""

    raised: datetime
    resolved: datetime | None
    severity: str
    forbids: tuple[str, ...]
    """Operations, and on which subject where it is not the finding's own."""
    ticked: tuple[int, ...]
    """The steps, from 1, that were ticked."""
    recurred: tuple[datetime, ...]
    """When another occurrence joined it."""
    title: str
    impact: str
    steps: tuple[str, ...]
    contact_support: bool
    source: str
    """Document, section, page and grade."""


class Difference(msgspec.Struct, frozen=True):
    """A finding that one rule base gives alone, or that the other gives otherwise."""

    kind: Literal["appears", "disappears", "moves", "says otherwise"]
    rule: str
    subject: str
    old: Found | None
    new: Found | None

    def __str__(self) -> str:
        name = f"{self.rule} on {self.subject}"
        if self.old is None or self.new is None:
            one = self.old or self.new
            assert one is not None
            return f"{self.kind}: {name}, {_say(one)}"
        if self.kind == "moves":
            return f"moves: {name}, {_say(self.old)}; now {_say(self.new)}"
        changes = [
            f"{what} {_value(mine)}, now {_value(theirs)}"
            for what, mine, theirs in (
                ("severity", self.old.severity, self.new.severity),
                ("forbids", self.old.forbids, self.new.forbids),
                ("steps ticked", self.old.ticked, self.new.ticked),
                ("recurred", _times(self.old.recurred), _times(self.new.recurred)),
                ("title", self.old.title, self.new.title),
                ("impact", self.old.impact, self.new.impact),
                ("steps", self.old.steps, self.new.steps),
                ("support", _support(self.old), _support(self.new)),
                ("source", self.old.source, self.new.source),
            )
            if mine != theirs
        ]
        return f"says otherwise: {name}, {_say(self.new)}: {'; '.join(changes)}"

    @property
    def first_raised(self) -> datetime:
        """When either of the two was raised."""
        return min(one.raised for one in (self.old, self.new) if one is not None)

    def as_object(self) -> dict[str, Any]:
        """The same for machines."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found


def _say(found: Found) -> str:
    end = f"resolved {_time(found.resolved)}" if found.resolved else "open"
    return f"raised {_time(found.raised)}, {end}"


def _time(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _times(times: Sequence[datetime]) -> tuple[str, ...]:
    return tuple(map(_time, times))


def _support(found: Found) -> str:
    return "contacted" if found.contact_support else "not contacted"


def _source(source: Source) -> str:
    page = f"page {source.page}" if source.page else ""
    parts = (source.document, source.section, page, source.grade)
    return ", ".join(part for part in parts if part)


def _value(value: str | tuple[object, ...]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(map(str, value)) or "none"


def differences(
    old: RuleBase, new: RuleBase, events: Sequence[tuple[Event, bytes]]
) -> list[Difference]:
    """What differs, in the order of time. A rule that has got a new id is the same rule where the
    new one names the old one among its aliases."""
    renamed = {alias: rule.id for rule in new.rules for alias in rule.aliases}
    before = {
        (renamed.get(rule, rule), subject): found
        for (rule, subject), found in _findings(old, events).items()
    }
    after = _findings(new, events)
    result: list[Difference] = []
    for key in sorted({*before, *after}):
        mine, theirs = list(before.get(key, [])), list(after.get(key, []))
        for one in list(mine):
            same = next(
                (two for two in theirs if (two.raised, two.resolved) == (one.raised, one.resolved)),
                None,
            )
            if same is not None:
                mine.remove(one)
                theirs.remove(same)
                if same != one:
                    result.append(Difference("says otherwise", *key, one, same))
        # What is left of both is taken to have moved, in the order in which it was raised.
        for one, two in zip(mine, theirs, strict=False):
            result.append(Difference("moves", *key, one, two))
        paired = min(len(mine), len(theirs))
        result += [Difference("disappears", *key, one, None) for one in mine[paired:]]
        result += [Difference("appears", *key, None, two) for two in theirs[paired:]]
    result.sort(key=lambda one: (one.first_raised, one.rule, one.subject))
    return result


def _forbids(watch: Watch, finding: Finding) -> tuple[str, ...]:
    bound = forbidden_now(watch.words, [finding])
    return tuple(
        sorted(
            one.operation if one.subject == finding.subject else f"{one.operation} on {one.subject}"
            for one in bound
        )
    )


def _findings(
    rule_base: RuleBase, events: Sequence[tuple[Event, bytes]]
) -> dict[tuple[str, str], list[Found]]:
    watch = Watch(rule_base)
    ticked: dict[int, set[int]] = {}
    forbids: dict[int, tuple[str, ...]] = {}
    kept = []
    for event, line in events:
        for change in watch.apply(event, line):
            if change.kind == "raised":
                kept.append(change.finding)
                forbids[id(change.finding)] = _forbids(watch, change.finding)
                steps = watch.steps(change.finding)
                done = {step.number for step in steps if step.status == "done"}
                ticked[id(change.finding)] = done
            elif change.kind == "step_ticked" and id(change.finding) in ticked:
                ticked[id(change.finding)].add(change.step + 1)
    found: dict[tuple[str, str], list[Found]] = {}
    for finding in kept:
        found.setdefault((finding.rule.id, finding.subject), []).append(
            Found(
                raised=finding.raised_at,
                resolved=finding.resolved_at,
                severity=finding.rule.severity,
                forbids=forbids[id(finding)],
                ticked=tuple(sorted(ticked[id(finding)])),
                recurred=tuple(finding.recurred_at),
                title=finding.title,
                impact=finding.impact,
                steps=tuple(finding.text(step.do) for step in finding.rule.steps),
                contact_support=finding.rule.support is not None,
                source=_source(finding.rule.source),
            )
        )
    watch.close()
    return found
