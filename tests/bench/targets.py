"""What the benchmark measures, as ratios with their bounds, and how they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contestants import DECODING
from races import Race
from shares import Shares


@dataclass(frozen=True)
class Target:
    """A ratio (or an amount) and its bound, which is a least or a most."""

    name: str
    value: float
    bound: float
    at_least: bool
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bound is kept."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self) -> str:
        """One line of the list of targets."""
        mark = "ok    " if self.met else "MISSED"
        word = "at least" if self.at_least else "at most "
        note = f"  {self.note}" if self.note else ""
        return f"  {mark} {self.name:<66} {self.value:8.2f}  {word} {self.bound:g}{note}"


def table(race: Race, reference: str) -> str:
    """A race as a table. What an entry costs steadily is counted from its first mark on, where
    the first snapshots have been taken in; it is compared over the events that both have seen."""
    width = max(len(entry.label) for entry in race.entries)
    lines = [
        f"  {'':<{width}} {'events':>9} {'µs/event':>9} {'steady':>8} {'× ours':>7} "
        f"{'ready ms':>9} {'MB':>6} {'raised':>8} {'resolved':>8}"
    ]
    for entry in race.entries:
        last = race.last(entry.label)
        whole = race.cost(entry.label)
        steady = race.cost(entry.label, since=entry.marks[0])
        ours = race.ratio(entry.label, reference, until=last.events)
        found = "" if entry.contestant == DECODING else f"{last.raised:>8} {last.resolved:>8}"
        lines.append(
            f"  {entry.label:<{width}} {last.events:>9,} {whole:>9.2f} {steady:>8.2f} {ours:>7.2f} "
            f"{race.ready(entry.label):>9.1f} {last.resident / 1024:>6.0f} {found}"
        )
    return "\n".join(lines)


def shares_line(shares: Shares) -> str:
    """The workload's own figures."""
    events = shares.events
    return (
        f"  of {events:,} events {shares.named / events:.1%} change a fact that a rule names, "
        f"{shares.classes / events:.1%} a class of values, {shares.verdicts / events:.1%} a "
        f"verdict; {shares.rules_touched / events:.2f} rules with a flipped condition an event"
    )


def targets_text(targets: Sequence[Target]) -> str:
    """All targets, and how many are missed."""
    missed = sum(not target.met for target in targets)
    lines = [target.line() for target in targets]
    lines.append(f"{len(targets) - missed} of {len(targets)} targets met")
    return "\n".join(lines)
