"""The scenarios of the simulated appliances as they are watched live: what people do meanwhile, and
what must be found, written down by hand in `drivers/live_stories/`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from live_watch import Way
from recorded_watch import RecordedWatch
from simulated import Simulated

from drivers.journal.writer import Journal
from drivers.simulator import scenario
from rules.values import read_duration
from rules.vocabulary import FACTS_CHANGED, FINDING_CLOSED, STEP_CONFIRMED, Event, EventData

FOLDER: Final = Path(__file__).resolve().parent / "drivers" / "live_stories"
AFTERWARDS: Final = timedelta(minutes=60)
"""How long is watched after the last that happens, unless the story says `until`."""
OPERATOR: Final = "operator/mara"
_UNTIMED: Final = datetime.min.replace(tzinfo=UTC)
_MEMBERS: Final = {
    *("because", "found", "silent", "left_open", "blind", "until", "people"),
}
_CHANGE: Final = re.compile(r"([+-]) (\S+)\s+(\S+)")


@dataclass(frozen=True)
class Act:
    """Something that people do."""

    at: timedelta
    event: Event | None
    """What they write to the journal; None: they let the watch trust the certificate that is shown
    now, and start it again."""


@dataclass(frozen=True)
class Story:
    """A scenario, and what must come of it."""

    name: str
    because: str
    """By which statement of the vendor's, or of ours."""
    found: tuple[tuple[timedelta, tuple[str, ...]], ...]
    """From each instant on, until the next: what is raised (`+ rule subject`) or ends (`- …`)."""
    silent: tuple[str, ...]
    """Rules that must not be raised, as patterns of their names."""
    left_open: tuple[str, ...]
    """What is open at the end: `rule subject`."""
    blind: tuple[str, ...]
    """What should have been found and cannot, since nothing that is read tells it: `rule subject`
    must be a blind spot at the end."""
    acts: tuple[Act, ...]
    lasts: timedelta

    def as_found(self, changes: Iterable[tuple[timedelta, str]]) -> list[str]:
        """What was found, written as the story is."""
        starts = [at for at, _ in self.found]
        lines = list(changes)
        written = []
        for number, at in enumerate(starts):
            after = starts[number + 1] if number + 1 < len(starts) else timedelta.max
            written.append(_written(at))
            written += [line for when, line in lines if at <= when < after]
        return written

    def as_expected(self) -> list[str]:
        """What must be found."""
        return [line for at, lines in self.found for line in (_written(at), *lines)]

    def loud(self, changes: Iterable[tuple[timedelta, str]]) -> list[str]:
        """What was raised although it must not be."""
        raised = {line.split()[1] for _, line in changes if line.startswith("+")}
        return sorted(rule for rule in raised if any(fnmatchcase(rule, one) for one in self.silent))


def stories() -> dict[str, Story]:
    """All that are written down, by the name of their scenario.

    Raises:
        ValueError: one is not written as it should be.
    """
    told: dict[str, Story] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text("utf-8")).items():
            if name in told:
                raise ValueError(f"{path.name}: {name} is told twice")
            try:
                told[name] = _read(name, table)
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path.name}, {name}: {error}") from error
    return told


async def play(story: Story, journal: Path, way: Way | None, simulated: Simulated) -> RecordedWatch:
    """Watch a scenario to its end, with what people do meanwhile."""
    start = simulated.clock.now()
    watch = RecordedWatch(simulated, journal, way=way)
    for act in story.acts:
        await watch.run(start + act.at - simulated.clock.now())
        if act.event is None:
            await watch.stop()
            watch.live.way.trust_what_is_shown()
            watch.start()
            continue
        event = act.event
        event.time = simulated.clock.now()
        Journal(journal).append([event])
        watch.recorder.flush()
    await watch.run(start + story.lasts - simulated.clock.now())
    return watch


def changes_of(watch: RecordedWatch, start: datetime) -> list[tuple[timedelta, str]]:
    """What was raised and what ended, and how long after the start."""
    return [(time - start, line) for time, line in watch.judge.changes]


def _written(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:g}m"


def _read(name: str, table: Mapping[str, Any]) -> Story:
    if unknown := set(table) - _MEMBERS:
        raise ValueError(f"no member of a story: {', '.join(sorted(unknown))}")
    acts = tuple(sorted(map(_read_act, table.get("people", ())), key=lambda act: act.at))
    steps = [step.at for step in scenario.load(name).steps]
    last = max([*steps, *(act.at for act in acts)], default=timedelta(0))
    lasts = read_duration(table["until"]) if "until" in table else last + AFTERWARDS
    return Story(
        name,
        table["because"],
        _read_found(table["found"]),
        tuple(table.get("silent", ())),
        tuple(table.get("left_open", ())),
        tuple(table.get("blind", ())),
        acts,
        lasts,
    )


def _read_found(text: str) -> tuple[tuple[timedelta, tuple[str, ...]], ...]:
    found: list[tuple[timedelta, list[str]]] = [(timedelta(0), [])]
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if changed := _CHANGE.fullmatch(line):
            found[-1][1].append(" ".join(changed.groups()))
        elif line:
            at = read_duration(line.split()[0])
            if at <= found[-1][0] and len(found) > 1:
                raise ValueError(f"{line!r} is not after what stands before it")
            found.append((at, []))
    return tuple((at, tuple(lines)) for at, lines in found)


def _read_act(table: Mapping[str, Any]) -> Act:
    at = read_duration(table["at"])
    if table.get("trust_new_certificate"):
        return Act(at, None)
    data = EventData()
    if "says" in table:
        kind, subject, data.facts = FACTS_CHANGED, table["subject"], dict(table["says"])
    else:
        kind = FINDING_CLOSED if "closes" in table else STEP_CONFIRMED
        data.rule, subject = (table.get("closes") or table["of"]).split()
        data.reason, data.confirm = table.get("reason", ""), table.get("confirms", "")
    identity = f"{kind.rpartition('.')[2]}-{at.total_seconds():g}-{data.confirm or data.rule}"
    return Act(at, Event(identity, OPERATOR, kind, _UNTIMED, subject, data))
