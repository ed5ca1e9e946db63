"""A small rule base and a little timeline, told in few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from rules import vocabulary
from rules.engine import Watch
from rules.finding import Change, Finding
from rules.loader import load_texts
from rules.rule_base import RuleBase
from rules.vocabulary import Event, EventData, Truth

DAY: Final = datetime(2026, 11, 22, tzinfo=UTC)

CATALOGUE: Final = """
[rule_base]
id = "small"
title = "Small"
[scope.deployment]
[scope.pair]
within = "deployment"
member_by = "pair.deployment"
[source.oneview]
heartbeat = "1m"
[source.operator]
[source.watch]
[[operation]]
name = "update"
title = "Update"
[[fact]]
name = "pair.deployment"
type = "text"
scope = "pair"
source = "watch"
"""


def fact(name: str, kind: str, *, scope: str = "pair", source: str = "oneview", **more: Any) -> str:
    """A `[[fact]]`."""
    lines = ["[[fact]]", f'name = "{name}"', f'type = "{kind}"', f'scope = "{scope}"']
    lines += [] if more.get("derived") else [f'source = "{source}"']
    lines += [f"{key} = {msgspec.json.encode(value).decode()}" for key, value in more.items()]
    return "\n".join(lines) + "\n"


def rule(rule_id: str, when: str, *more: str, then: str = "") -> str:
    """A `[[rule]]` from the lines of its table; `then` holds its steps and prohibitions."""
    lines = ["[[rule]]", f'id = "{rule_id}"', f'title = "{rule_id}"', 'severity = "warning"']
    lines += ['source = { document = "D", grade = "guide" }', f"when = {{ {when} }}", *more]
    return "\n".join([*lines, "[rule.then]", then]) + "\n"


STORAGE = fact("storage.state", "enum", values=["healthy", "failed", "Unknown"])
UPDATE_ID = fact("update.id", "text", source="watch", memory=True)
ENDED = fact("update.ended_at", "instant")
BACKUP = fact("backup.made_at", "instant", source="watch")
SIZE = fact("disk.used", "int", unit="percent")
SWITCH = fact("operator.silent", "bool", source="operator", default=False)

FORBID = 'forbid = [{ operation = "update", text = "Start no other" }]\n'
CONFIRM = '[[rule.then.step]]\ndo = "Confirm that it is fixed"\nconfirm = "fixed"\n'

FAILED = rule("failed", 'storage.state = "failed"', then=FORBID)
LATCH = rule(
    "latch",
    'storage.state = "failed"',
    'occurrence = "update.id"',
    'until = { confirm.fixed = true, storage.state = "healthy" }',
    then=FORBID + CONFIRM,
)
"""A latch that an operator and healthy storage end together."""


def load(*pieces: str) -> RuleBase:
    """The small catalogue with some facts and rules."""
    return load_texts({"small.toml": "\n".join([CATALOGUE, *pieces]).encode()})


def clock(text: str) -> datetime:
    """A time of the day, such as `02:14` or `02:14:07.5`."""
    hours, minutes, *seconds = text.split(":")
    return DAY + timedelta(
        hours=int(hours), minutes=int(minutes), seconds=float(seconds[0]) if seconds else 0
    )


class Timeline:
    """An engine to which events are told in few words; it gives back what they changed, each as
    its kind, the rule and the subject."""

    def __init__(self, *pieces: str) -> None:
        self.watch = Watch(load(*pieces), verify=True)
        self.told = 0

    def event(self, time: str, kind: str, subject: str, by: str, /, **data: Any) -> list[str]:
        """Any event."""
        self.told += 1
        event = Event(
            id=str(data.pop("id", self.told)),
            source=by,
            type=kind,
            time=clock(time),
            subject=subject,
            data=EventData(**data),
        )
        return shown(self.watch.apply(event, msgspec.json.encode(event)))

    def say(
        self, time: str, /, subject: str = "pair/a", by: str = "oneview/one", **facts: Any
    ) -> list[str]:
        """A source says facts; `__` in a name stands for a dot."""
        told = {name.replace("__", "."): value for name, value in facts.items()}
        return self.event(time, vocabulary.FACTS_CHANGED, subject, by, facts=told)

    def snapshot(
        self, time: str, /, *families: str, subject: str = "pair/a", **facts: Any
    ) -> list[str]:
        """OneView says all facts of some families."""
        told = {name.replace("__", "."): value for name, value in facts.items()}
        return self.event(
            time,
            vocabulary.FACTS_SNAPSHOT,
            subject,
            "oneview/one",
            facts=told,
            families=list(families),
        )

    def lose(self, time: str, source: str = "oneview/one") -> list[str]:
        """The watch says that a source is lost."""
        return self.event(time, vocabulary.SOURCE_LOST, "", "watch/here", source=source)

    def hear(self, time: str, source: str = "oneview/one") -> list[str]:
        """The watch says that a source was heard."""
        return self.event(time, vocabulary.SOURCE_HEARD, "", "watch/here", source=source)

    def confirm(self, time: str, rule_id: str, name: str, subject: str = "pair/a") -> list[str]:
        """An operator confirms a step."""
        return self.event(
            time, vocabulary.STEP_CONFIRMED, subject, "operator/anna", rule=rule_id, confirm=name
        )

    def acknowledge(self, time: str, rule_id: str, subject: str = "pair/a") -> list[str]:
        """An operator takes note of a finding."""
        return self.event(
            time, vocabulary.FINDING_ACKNOWLEDGED, subject, "operator/anna", rule=rule_id
        )

    def close(
        self, time: str, rule_id: str, reason: str = "false alarm", subject: str = "pair/a"
    ) -> list[str]:
        """An operator closes a finding."""
        return self.event(
            time, vocabulary.FINDING_CLOSED, subject, "operator/anna", rule=rule_id, reason=reason
        )

    def passes(self, time: str) -> list[str]:
        """Time passes."""
        return shown(self.watch.advance(clock(time)))

    def reload(self, time: str, *pieces: str) -> list[str]:
        """The rules are changed."""
        return shown(self.watch.reload(load(*pieces), clock(time)))

    def finding(self, rule_id: str, subject: str = "pair/a") -> Finding:
        """The open finding of a rule."""
        return next(
            each
            for each in self.watch.findings()
            if (each.rule.id, each.subject) == (rule_id, subject)
        )

    def open(self) -> list[str]:
        """The rules of all open findings."""
        return sorted(each.rule.id for each in self.watch.findings())

    def verdict(self, rule_id: str, subject: str = "pair/a") -> str:
        """The truth of a rule's pattern, in lower case."""
        return Truth(self.watch.verdict(rule_id, subject)).name.lower()

    def permission(self, subject: str = "pair/a") -> str:
        """Whether an update may be started."""
        return self.watch.permission("update", subject).answer


def shown(changes: Sequence[Change]) -> list[str]:
    """Changes in few words, such as `raised update-failed`."""
    return [
        f"{change.kind} {change.finding.rule.id}"
        + (f" {change.step + 1}" if change.step >= 0 else "")
        for change in changes
    ]
