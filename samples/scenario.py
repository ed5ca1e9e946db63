"""How a recorded log is told: a clock, sources that are heard, and what each of them says.

A scenario is a function that takes a `Log`. It moves the clock with `at` and `wait`; on the way
every source that is not silent is heard every two minutes, and one that stays silent is lost
three minutes after it was last heard, as a recorder would write it down.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

Facts: TypeAlias = Mapping[str, Any]
Story: TypeAlias = Callable[["Log"], None]

HEARD_EVERY: Final = timedelta(minutes=2)
LOST_AFTER: Final = timedelta(minutes=3)
WATCH: Final = "watch/bridge"
OPERATOR: Final = "operator/mara"
CATALOGUE: Final = Path(__file__).resolve().parents[1] / "rules" / "image_streamer" / "catalogue"
_PART: Final = re.compile(r"(\d+)\s*(ms|h|m|s)")
_UNITS: Final = {"h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
STORIES: Final[dict[str, Story]] = {}


def scenario(name: str) -> Callable[[Story], Story]:
    """Register a story under its log's name, such as `U4-storage-fails`."""

    def register(story: Story) -> Story:
        if name in STORIES:
            raise ValueError(f"{name} is told twice")
        STORIES[name] = story
        return story

    return register


def span(text: str) -> timedelta:
    """A duration such as `1h 12m`, `90s` or `250ms`."""
    if not text.strip() or _PART.sub("", text).strip():
        raise ValueError(f"{text!r} is no duration")
    return timedelta(**{_UNITS[unit]: int(number) for number, unit in _PART.findall(text)})


def instant(text: str) -> datetime:
    """An instant such as `2026-11-22T02:14:07.120Z`."""
    return datetime.fromisoformat(text).astimezone(UTC)


def stamp(time: datetime) -> str:
    """An instant as journals write it, in milliseconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


@cache
def remembered_facts() -> frozenset[str]:
    """The facts of the watch's own memory, which no reading says again."""
    documents = [tomllib.loads(path.read_text("utf-8")) for path in CATALOGUE.glob("*.toml")]
    facts = [fact for document in documents for fact in document.get("fact", [])]
    return frozenset(fact["name"] for fact in facts if fact.get("memory"))


@dataclass
class _Source:
    heard: datetime
    silent: bool = False
    lost: bool = False


@dataclass
class Log:
    """One log in the making."""

    name: str
    now: datetime = field(default_factory=lambda: instant("2026-11-22T00:00:00Z"))
    events: list[dict[str, Any]] = field(default_factory=list)
    _sources: dict[str, _Source] = field(default_factory=dict)
    _said: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    # --- the clock ---

    def begin(self, time: str) -> None:
        """Start the watch: the first line of every log."""
        self.now = instant(time)
        self._write(WATCH, "watchkeeper.watch.started", "", {})

    def restart(self, pause: str) -> None:
        """Stop the watch, and start it again after a pause: every source is lost until heard."""
        self._write(WATCH, "watchkeeper.watch.stopped", "", {})
        for source in self._sources.values():
            source.lost = True
        self._go(self.now + span(pause))
        self._write(WATCH, "watchkeeper.watch.started", "", {})

    def wait(self, duration: str) -> None:
        """Let time pass."""
        self._go(self.now + span(duration))

    def at(self, time: str) -> None:
        """Go to an instant: a whole one, or a time of day, the next that comes."""
        if "T" in time:
            return self._go(instant(time))
        clock = instant(f"2000-01-01T{time}+00:00").timetz()
        then = datetime.combine(self.now.date(), clock)
        return self._go(then if then >= self.now else then + timedelta(days=1))

    def ago(self, duration: str) -> str:
        """The instant that long before now, as facts write it."""
        return stamp(self.now - span(duration))

    @property
    def time(self) -> str:
        """Now, as facts write it."""
        return stamp(self.now)

    def _go(self, then: datetime) -> None:
        if then < self.now:
            raise ValueError(f"{self.name}: {then} lies before {self.now}")
        while due := self._due(then):
            self.now, name, lost = due
            kind = "lost" if lost else "heard"
            self._sources[name].lost = lost
            if not lost:
                self._sources[name].heard = self.now
            message = f"{name} was not heard for three minutes" if lost else ""
            self._write(WATCH, f"watchkeeper.source.{kind}", "", {"source": name}, message)
        self.now = then

    def _due(self, until: datetime) -> tuple[datetime, str, bool] | None:
        """The next word of the watch about a source before an instant."""
        words = [
            (source.heard + (LOST_AFTER if source.silent else HEARD_EVERY), name, source.silent)
            for name, source in self._sources.items()
            if not source.lost
        ]
        return min((word for word in words if word[0] < until), default=None)

    # --- what sources say ---

    def facts(self, source: str, subject: str, facts: Facts, message: str = "") -> None:
        """A source says that facts of a subject have changed; None makes one unknown."""
        self._speak(source)
        self._said.setdefault((source, subject), {}).update(facts)
        data = {"facts": dict(facts)}
        self._write(source, "watchkeeper.facts.changed", subject, data, message)

    def snapshot(
        self,
        source: str,
        subject: str,
        facts: Facts,
        families: Iterable[str] = (),
        message: str = "",
    ) -> None:
        """A source says everything that it knows of a subject within families of facts: those
        of the facts, unless others are named."""
        self._speak(source)
        covered = sorted(set(families) or {_family(name) for name in facts})
        before = self._said.get((source, subject), {})
        kept = {name: value for name, value in before.items() if _family(name) not in covered}
        self._said[source, subject] = {**kept, **facts}
        data = {"families": covered, "facts": dict(facts)}
        self._write(source, "watchkeeper.facts.snapshot", subject, data, message)

    def read_again(self, source: str, *subjects: str) -> None:
        """A source that was lost says again what it had said, of these subjects or of all."""
        for (by, subject), said in list(self._said.items()):
            if by == source and (subject in subjects or not subjects):
                facts = {
                    name: value
                    for name, value in said.items()
                    if value is not None and name not in remembered_facts()
                }
                message = f"{subject.partition('/')[2]} read again"
                self.snapshot(source, subject, facts, map(_family, facts), message)

    def silence(self, source: str) -> None:
        """From now on a source says nothing and is not heard; after three minutes it is lost."""
        self._sources[source].silent = True

    def heard(self, source: str) -> None:
        """A source is heard again, before it says anything of its own."""
        self._speak(source)
        self._write(WATCH, "watchkeeper.source.heard", "", {"source": source})

    def _speak(self, source: str) -> None:
        if source.partition("/")[0] in ("operator", "watch"):
            return
        self._sources[source] = _Source(self.now)

    # --- what people do ---

    def operator(self, subject: str, facts: Facts, message: str = "") -> None:
        """The operator sets or withdraws facts of their own."""
        self.facts(OPERATOR, subject, facts, message)

    def confirm(self, subject: str, rule: str, step: str, message: str = "") -> None:
        """The operator confirms a step of an open finding."""
        data = {"rule": rule, "confirm": step}
        self._write(OPERATOR, "watchkeeper.step.confirmed", subject, data, message)

    def acknowledge(self, subject: str, rule: str, note: str = "") -> None:
        """The operator acknowledges an open finding."""
        data = {"rule": rule, "note": note}
        self._write(OPERATOR, "watchkeeper.finding.acknowledged", subject, data)

    def close(self, subject: str, rule: str, reason: str) -> None:
        """The operator closes an open finding by hand."""
        data = {"rule": rule, "reason": reason}
        self._write(OPERATOR, "watchkeeper.finding.closed", subject, data)

    def note(self, subject: str, note: str, rule: str = "") -> None:
        """The operator writes a note down."""
        self._write(OPERATOR, "watchkeeper.note.written", subject, {"rule": rule, "note": note})

    # --- lines ---

    def _write(
        self, source: str, kind: str, subject: str, data: dict[str, Any], message: str = ""
    ) -> None:
        data = {key: value for key, value in data.items() if value != ""}
        if message:
            data["message"] = message
        event: dict[str, Any] = {
            "specversion": "1.0",
            "id": f"{self.name.lower()}-{len(self.events) + 1:06d}",
            "source": source,
            "type": kind,
        }
        if subject:
            event["subject"] = subject
        event["time"] = stamp(self.now)
        event["data"] = data
        self.events.append(event)

    def text(self) -> str:
        """The log as JSON Lines."""
        lines = (
            json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in self.events
        )
        return "".join(f"{line}\n" for line in lines)


def _family(fact: str) -> str:
    return fact.partition(".")[0]


def tell(name: str) -> Log:
    """The log of a registered story."""
    log = Log(name)
    STORIES[name](log)
    return log
