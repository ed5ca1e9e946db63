"""What one observation states, and the events that say what is new in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from drivers.oneview.fields import bounded, instant_text
from drivers.oneview.memory import MEMORY, Remembered
from rules.vocabulary import FACTS_CHANGED, FACTS_SNAPSHOT, Event, EventData

LONGEST_MESSAGE: Final = 200
_SHOWN: Final = 3
_SCOPES: Final = ("deployment", "pair", "appliance")

_IMAGE_STREAMER_FAMILIES: Final = frozenset({"artifacts", "replication", "volumes"})
_IMAGE_STREAMER_BEGINNINGS: Final = (
    "backup.artifact_",
    "backup.attempt_",
    "backup.pending_recovery",
    "restore.artifact_",
)


def belongs_to_image_streamer(fact: str) -> bool:
    """Whether the Image Streamer says this fact; HPE OneView says all others."""
    family = fact.partition(".")[0]
    return family in _IMAGE_STREAMER_FAMILIES or fact.startswith(_IMAGE_STREAMER_BEGINNINGS)


class Statement:
    """Collects facts by subject, and happenings that are told whole or not at all."""

    def __init__(self) -> None:
        self.facts: dict[str, dict[str, Any]] = {}
        self.happenings: list[tuple[str, dict[str, Any], str, datetime | None]] = []

    def say(self, subject: str, fact: str, value: Any) -> None:
        """State a fact as it is now; None says that it is not known."""
        self.facts.setdefault(subject, {})[fact] = value

    def happen(
        self, subject: str, facts: dict[str, Any], message: str, observed_at: datetime | None = None
    ) -> None:
        """State facts that belong together in an event of their own, unchanged ones included."""
        self.happenings.append((subject, facts, message, observed_at))


def to_events(
    statement: Statement,
    remembered: Remembered,
    *,
    time: datetime,
    sources: tuple[str, str],
    snapshot: Iterable[str] | None = None,
    again: Callable[[str], bool] = lambda family: False,
) -> list[Event]:
    """Make events of what is new, and write it into `remembered.said`.

    Happenings come first, so that what a change of state means is already known when it is judged.
    `sources` are the names of HPE OneView and of the Image Streamer. With `snapshot`, the families
    of facts that were read whole, every subject's facts of these families are told as snapshots,
    also of subjects about which nothing is known any more. `again` says of a family whether its
    facts are known anew: those that do not count until they are stated again are then stated.
    """
    events: list[Event] = []
    for subject, facts, message, observed_at in statement.happenings:
        _keep(remembered.said.setdefault(subject, {}), facts)
        for source, part in _by_source(facts, sources):
            events.append(_event(source, subject, time, part, message, observed_at=observed_at))
    families = frozenset(snapshot or ())
    subjects = set(statement.facts) | (set(remembered.said) if families else set())
    for subject in sorted(subjects, key=_order):
        facts = statement.facts.get(subject, {})
        said = remembered.said.setdefault(subject, {})
        if families:
            events += _snapshots(subject, facts, said, time, sources, families)
            remembered.to_say_again[subject] = {
                name
                for name in remembered.to_say_again.get(subject, ())
                if name.partition(".")[0] not in families
            }
        due = remembered.to_say_again.get(subject, set())
        new = {
            name: value
            for name, value in facts.items()
            if said.get(name) != value or (name in due and again(name.partition(".")[0]))
        }
        due.difference_update(new)
        _keep(said, new)
        for source, part in _by_source(new, sources):
            events.append(_event(source, subject, time, part, _message(part)))
    return events


def _snapshots(
    subject: str,
    facts: dict[str, Any],
    said: dict[str, Any],
    time: datetime,
    sources: tuple[str, str],
    families: frozenset[str],
) -> list[Event]:
    covered = {
        name: value
        for name, value in facts.items()
        if name.partition(".")[0] in families and name not in MEMORY and value is not None
    }
    gone = {
        name: None
        for name in said
        if name.partition(".")[0] in families and name not in MEMORY and name not in covered
    }
    _keep(said, gone | covered)
    events = []
    for index, source in enumerate(sources):
        own = [name for name in families if _speaks_for(name, index)]
        part = {
            name: value
            for name, value in covered.items()
            if belongs_to_image_streamer(name) is bool(index)
        }
        lost = any(belongs_to_image_streamer(name) is bool(index) for name in gone)
        if own and (part or lost or index == 0):
            message = f"All that is known of {subject.partition('/')[2]}"
            event = _event(source, subject, time, part, message, families=sorted(own))
            events.append(event)
    return events


def _speaks_for(family: str, index: int) -> bool:
    """Whether HPE OneView (0) or the Image Streamer (1) has facts in a family."""
    if family in ("backup", "restore"):
        return True
    return (family in _IMAGE_STREAMER_FAMILIES) is bool(index)


def _keep(said: dict[str, Any], facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        if value is None:
            said.pop(name, None)
        else:
            said[name] = value


def _by_source(facts: dict[str, Any], sources: tuple[str, str]) -> list[tuple[str, dict[str, Any]]]:
    parts: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name, value in facts.items():
        parts[belongs_to_image_streamer(name)][name] = value
    return [(source, part) for source, part in zip(sources, parts, strict=True) if part]


def _order(subject: str) -> tuple[int, str]:
    scope = subject.partition("/")[0]
    return (_SCOPES.index(scope) if scope in _SCOPES else len(_SCOPES), subject)


def _message(facts: dict[str, Any]) -> str:
    shown = [
        f"{fact} is {_shown(value)}" if value is not None else f"{fact} is not known any more"
        for fact, value in list(facts.items())[:_SHOWN]
    ]
    rest = len(facts) - len(shown)
    more = f" and {rest} more" if rest else ""
    return bounded(f"{', '.join(shown)}{more}", LONGEST_MESSAGE)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return bounded(str(value), 60)


def _event(
    source: str,
    subject: str,
    time: datetime,
    facts: dict[str, Any],
    message: str,
    *,
    families: list[str] | None = None,
    observed_at: datetime | None = None,
) -> Event:
    kind = FACTS_CHANGED if families is None else FACTS_SNAPSHOT
    content = json.dumps(
        [source, kind, subject, instant_text(time), facts, message, families], sort_keys=True
    )
    digest = hashlib.sha256(content.encode()).hexdigest()[:24]
    data = EventData(
        facts=facts,
        message=bounded(message, LONGEST_MESSAGE),
        families=families or [],
        observed_at=observed_at,
    )
    return Event(id=digest, source=source, type=kind, time=time, subject=subject, data=data)
