"""The benchmark's parts: what runs against what, and which targets follow."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from contestants import (
    CLIPS,
    CLIPS_UNGATED,
    DECODING,
    DURABLE,
    DURABLE_GATED,
    DURABLE_PROJECTED,
    FORGETFUL,
    PLAIN_DUTIES,
    PLAIN_PYTHON,
    PRODUCT,
    VERIFIED,
    Task,
)
from fleet import Fleet
from measure import Order
from process_figures import growth, start
from races import ROOT, Entry, Race, run, run_race
from targets import Target, shares_line, table
from workload import Journal, catalogue, synthetic_rules, write_journal, write_rule_base

FACTS = 64
SHIPPED = ROOT / "rules" / "image_streamer"
COLD_EVENTS = 20_000
TIMES_CLIPS = {30: 3.0, 100: 2.5, 1000: 1.8}
MANY = " 10k pairs"


class Size(msgspec.Struct, frozen=True):
    """How much is measured."""

    events: int
    pairs: int
    many_pairs: int
    rules: tuple[int, ...]
    many_rules: int
    rounds: int
    documented_events: int
    """Events for durable_rules by its documented API, which is slow."""
    growth_million: int
    """Events up to the first look at memory; ten times as many up to the last."""
    shares_over: int
    verified_events: int
    screen_pairs: int
    screen_events: int


class Bench:
    """Runs sections, prints their tables, keeps their figures."""

    SECTIONS: ClassVar[tuple[str, ...]] = (
        "shipped", "synthetic", "growth", "memory", "start", "screen",
    )  # fmt: skip

    def __init__(self, size: Size, folder: Path, *, with_clips: bool, quick: bool) -> None:
        self._size = size
        self._folder = folder
        self._with_clips = with_clips
        self._quick = quick
        self.figures: dict[str, Any] = {}

    def run(self, sections: Iterable[str]) -> list[Target]:
        """Run the sections; return their targets.

        Raises:
            Disagreement: the contestants' findings differ.
        """
        targets: list[Target] = []
        for section in sections:
            part = getattr(self, f"_{section}")
            targets += part()
        return targets

    # The shipped rule base

    def _shipped(self) -> Iterator[Target]:
        size = self._size
        entries = []
        snapshots = {}
        for pairs, label in ((size.pairs, ""), (size.many_pairs, MANY)):
            fleet = Fleet(pairs)
            snapshots[label] = fleet.snapshots
            task = Task(self._journal(f"fleet-{pairs}", fleet.lines(size.events)), str(SHIPPED))
            marks = self._marks(fleet.snapshots)
            entries += [Entry(one + label, one, task, marks) for one in (PRODUCT, DECODING)]
        self._verify()
        race = self._race("shipped rule base", entries)
        yield Target(
            "shipped base, whole replay against mere decoding, 100 pairs",
            1 / race.ratio(PRODUCT, DECODING), 0.20, at_least=True,
        )  # fmt: skip
        yield Target(
            "shipped base, whole replay against mere decoding, 10,000 pairs",
            1 / race.ratio(PRODUCT + MANY, DECODING + MANY), 0.20, at_least=True,
        )  # fmt: skip
        yield self._grown("shipped base", race, PRODUCT, snapshots[""], snapshots[MANY])
        self._forget(f"fleet-{size.pairs}", f"fleet-{size.many_pairs}")

    def _verify(self) -> None:
        """The engine beside its own oracle, which opponents cannot be: the shipped base needs
        time, latches and occurrences."""
        fleet, events = Fleet(5, incident=0.04), self._size.verified_events
        task = Task(self._journal("fleet-verified", fleet.lines(events)), str(SHIPPED))
        entries = [
            Entry(contestant, contestant, task, (events,), "shipped")
            for contestant in (PRODUCT, VERIFIED)
        ]
        run_race(entries, 1)
        print(f"\nShipped rule base: {events:,} events agree with the plain evaluator.")

    # Synthetic rules

    def _synthetic(self) -> Iterator[Target]:
        size = self._size
        facts = catalogue(FACTS)
        few, many = f"pairs-{size.pairs}", f"pairs-{size.many_pairs}"
        few_path = self._journal(few, Journal(facts, size.pairs).lines(size.events))
        many_path = self._journal(many, Journal(facts, size.many_pairs).lines(size.events))
        for count in size.rules:
            base = self._rule_base(count, FACTS)
            task = Task(few_path, base, FACTS, count)
            many_task = Task(many_path, base, FACTS, count)
            entries = self._opponents(task, count)
            entries += [
                Entry(one + MANY, one, many_task, self._marks(size.many_pairs), MANY)
                for one in (PRODUCT, PLAIN_PYTHON)
            ]
            race = self._race(f"{count} rules about {FACTS} facts", entries, task)
            yield from self._synthetic_targets(race, count)
        self._forget(few, many)

    def _opponents(self, task: Task, count: int) -> list[Entry]:
        size = self._size
        marks = self._marks(size.pairs)
        entries = [
            Entry(one, one, task, marks, "few")
            for one in (PRODUCT, DECODING, PLAIN_PYTHON, PLAIN_DUTIES)
        ]
        if self._with_clips:
            fewer = tuple(mark for mark in marks if count < 1000 or mark <= size.events // 4)
            entries.append(Entry(CLIPS, CLIPS, task, fewer, "few"))
            entries.append(Entry(CLIPS_UNGATED, CLIPS_UNGATED, task, fewer, "few"))
        else:
            print("\nclipspy is not installed: CLIPS does not take part.")
        if count == min(size.rules):
            short = (size.pairs, size.documented_events)
            entries += [
                Entry(one, one, task, short, "few")
                for one in (DURABLE, DURABLE_PROJECTED, DURABLE_GATED, FORGETFUL)
            ]
        return entries

    def _synthetic_targets(self, race: Race, count: int) -> Iterator[Target]:
        size = self._size
        if count == min(size.rules):
            documented = size.documented_events
            yield Target(
                "times durable_rules by its documented API, 30 rules, 100 pairs",
                race.ratio(DURABLE, PRODUCT, until=documented), 60, at_least=True,
                note=f"the same with projection "
                f"{race.ratio(DURABLE_PROJECTED, PRODUCT, until=documented):.0f}, "
                f"with gates too {race.ratio(DURABLE_GATED, PRODUCT, until=documented):.0f}",
            )  # fmt: skip
        if self._with_clips and count in TIMES_CLIPS:
            until = race.last(CLIPS).events
            ungated = race.ratio(CLIPS_UNGATED, PRODUCT, until=until)
            yield Target(
                f"times CLIPS at its best (with projection and gates), {count} rules",
                race.ratio(CLIPS, PRODUCT, until=until), TIMES_CLIPS[count], at_least=True,
                note=f"without gates {ungated:.2f}",
            )  # fmt: skip
        yield Target(
            f"of an incremental evaluator in plain Python, {count} rules",
            race.ratio(PLAIN_PYTHON, PRODUCT), 0.6, at_least=True,
            note=f"of one with our duties {race.ratio(PLAIN_DUTIES, PRODUCT):.2f}",
        )  # fmt: skip
        yield self._grown(f"{count} rules", race, PRODUCT, size.pairs, size.many_pairs)

    def _grown(self, name: str, race: Race, label: str, few: int, many: int) -> Target:
        """Ten thousand pairs against a hundred, after the first snapshots of either."""
        value = race.cost(label + MANY, since=many) / race.cost(label, since=few)
        note = f"with first snapshots {race.cost(label + MANY) / race.cost(label):.2f}"
        if any(entry.label == PLAIN_PYTHON + MANY for entry in race.entries):
            plain = race.cost(PLAIN_PYTHON + MANY, since=many)
            note += f"; plain Python {plain / race.cost(PLAIN_PYTHON, since=few):.2f}"
        return Target(
            f"{name}: an event of 10,000 pairs against one of 100", value, 1.5, at_least=False,
            note=note,
        )  # fmt: skip

    # Growth with rules and facts

    def _growth(self) -> Iterator[Target]:
        size = self._size
        entries = []
        names = []
        for count, facts in ((30, 30), (size.many_rules, size.many_rules)):
            names.append(f"facts-{facts}")
            path = self._journal(
                names[-1], Journal(catalogue(facts), size.pairs).lines(size.events)
            )
            task = Task(path, self._rule_base(count, facts), facts, count)
            for one in (PRODUCT, DECODING, PLAIN_PYTHON):
                label = f"{one}, {count:,} rules"
                entries.append(Entry(label, one, task, self._marks(size.pairs), names[-1]))
        race = self._race("as many facts as rules", entries)
        small, large = f"{PRODUCT}, 30 rules", f"{PRODUCT}, {size.many_rules:,} rules"
        whole = race.cost(large) / race.cost(small)
        plain = race.cost(f"{PLAIN_PYTHON}, {size.many_rules:,} rules", since=size.pairs)
        plain /= race.cost(f"{PLAIN_PYTHON}, 30 rules", since=size.pairs)
        yield Target(
            "an event of 10,000 rules about 10,000 facts against 30 about 30",
            race.cost(large, since=size.pairs) / race.cost(small, since=size.pairs),
            1.5, at_least=False,
            note=f"with first snapshots {whole:.2f}; plain Python {plain:.2f}",
        )  # fmt: skip
        self._forget(*names)

    # Memory and start

    def _memory(self) -> Iterator[Target]:
        million = self._size.growth_million
        if not million:
            return
        marks = tuple(million * times for times in range(1, 11))
        result = growth(SHIPPED, self._size.pairs, marks)
        resident = [mark.resident / 1024 for mark in result.marks]
        print("\nResident memory in MB after each million events of the shipped base")
        print("  " + " ".join(f"{one:.1f}" for one in resident))
        self.figures["memory"] = resident
        yield Target(
            "MB of growth from one million events to ten", resident[-1] - resident[0], 5,
            at_least=False,
        )  # fmt: skip

    def _start(self) -> Iterator[Target]:
        if self._quick:
            return
        path = self._journal("start", Fleet(5, incident=0.1).lines(400))
        figures = self.figures["start"] = start(Path(path), rounds=9)
        print(
            f"\nStart: {figures.bare:.0f} ms of CPU for the bare imports, {figures.line:.0f} to "
            f"the first line of a headless replay, {figures.finding:.0f} to its first finding"
        )
        yield Target(
            "start to first line of a replay against the bare imports", figures.line_cpu, 3,
            at_least=False,
            note=f"on the clock {figures.line_clock:.2f}; to the first finding "
            f"{figures.finding_cpu:.2f}",
        )  # fmt: skip

    # The screen

    def _screen(self) -> Iterator[Target]:
        if self._quick:
            return
        # What it needs of the tests is theirs; the other sections do without.
        sys.path.append(str(ROOT / "tests"))
        from screen_section import screen_targets

        size = self._size
        yield from screen_targets(
            self._folder,
            self.figures,
            rounds=3 * size.rounds,
            pairs=size.screen_pairs,
            events=size.screen_events,
        )

    # What all share

    def _marks(self, snapshots: int) -> tuple[int, ...]:
        size = self._size
        marks = {snapshots, snapshots + COLD_EVENTS, size.documented_events, size.events // 4}
        marks |= {size.events}
        return tuple(sorted(mark for mark in marks if snapshots <= mark <= size.events))

    def _journal(self, name: str, lines: Iterator[str]) -> str:
        path = self._folder / f"{name}.jsonl"
        if not path.exists():
            part = path.with_suffix(".part")
            write_journal(part, lines)
            part.rename(path)
        return str(path)

    def _forget(self, *names: str) -> None:
        """Journals are large: none is kept longer than it is needed."""
        for name in names:
            (self._folder / f"{name}.jsonl").unlink(missing_ok=True)

    def _rule_base(self, rules: int, facts: int) -> str:
        folder = self._folder / f"rules-{rules}-{facts}"
        declared = catalogue(facts)
        write_rule_base(folder, declared, synthetic_rules(declared, rules))
        return str(folder)

    def _race(self, title: str, entries: Sequence[Entry], shares_of: Task | None = None) -> Race:
        race = run_race(entries, self._size.rounds)
        print(f"\n{title[:1].upper()}{title[1:]}")
        asked = 0.0
        if shares_of is not None:
            shares = run(Order("", shares_of, [], shares_over=self._size.shares_over)).shares
            assert shares is not None
            asked = shares.rules_touched / shares.events
            print(shares_line(shares))
            self.figures[f"{title}: shares"] = shares
        if not self._quick:
            print(table(race, entries[0].label))
            print(self._memory_line(race, asked))
        self.figures[title] = race.rounds
        return race

    def _memory_line(self, race: Race, asked: float) -> str:
        """What the engine cost while it remembered nothing, and how often it did remember."""
        lines = []
        for entry in race.entries:
            if entry.contestant != PRODUCT:
                continue
            marks = race.rounds[-1][entry.label].marks
            first, cold = marks[0].events, marks[0].events + COLD_EVENTS
            statistics = marks[-1].statistics
            questions = statistics.get("questions", 0)
            looked_up = asked * (marks[-1].events - first)
            hits = f", {1 - questions / looked_up:.4%} remembered" if looked_up else ""
            warm = race.cost(entry.label, since=cold)
            lines.append(
                f"  {entry.label}: first snapshots {race.cost(entry.label, until=first):.0f} "
                f"µs each, the next {COLD_EVENTS:,} events "
                f"{race.cost(entry.label, since=first, until=cold):.2f} µs, those after "
                f"{warm:.2f}; durable_rules asked {questions:,} times{hits}"
            )
        return "\n".join(lines)
