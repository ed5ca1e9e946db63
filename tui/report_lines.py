"""Lines of text no wider than a terminal, and the parts of a finding as such lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.phrases import (
    BOXES,
    differs,
    group_by_origin,
    say_behind,
    say_conclusion,
    say_fact,
    say_grade,
    say_origin,
    say_overridden,
    say_prose,
    say_source,
    say_unsaid,
    say_wait,
    split_evidence,
)
from tui.safe_text import harmless, in_ascii, wrap

# The rules are imported late, so that the first line need not wait for them.
if TYPE_CHECKING:
    from rules.finding import Finding
    from rules.rule_base import Fact
    from rules.situation import StepNow

INDENT: Final = "  "


class TextLines:
    """Writes lines, and wraps what is too long for one."""

    def __init__(self, write: Callable[[str], object], columns: int, *, ascii_only: bool) -> None:
        self._write = write
        self._columns = max(24, columns)
        self._ascii = ascii_only
        self._spaced = True
        """Whether the last line written is empty."""

    def line(self, text: str, first: str = "", rest: str | None = None) -> None:
        """Write a text; `first` begins its first line, `rest` the others, which are indented at
        least like it."""
        if rest is None:
            rest = first if first.isspace() else INDENT
        if self._ascii:
            text, first = in_ascii(text), in_ascii(first)
        self._write("\n".join(wrap(text, self._columns, first=first, rest=rest)) + "\n")
        self._spaced = False

    def gap(self) -> None:
        """One empty line, however often it is asked for."""
        if not self._spaced:
            self._write("\n")
            self._spaced = True

    def step(self, step: StepNow, finding: Finding, now: datetime, *, rest: bool) -> None:
        """A step and its wait, `rest` with what is left of it."""
        number = f"{step.number} {BOXES[step.status]} "
        text = _say_step(step, finding, now)
        self.line(text, f"{INDENT}{number}", " " * (2 + len(number)))
        if step.waits:
            indent = " " * (2 + len(number))
            self.line(say_wait(step, finding, now, rest=rest), indent, indent)

    def grounds(self, finding: Finding, catalogue: Mapping[str, Fact], now: datetime) -> None:
        """What a finding rests on: what its rule looks at in full, what is behind it shortly."""
        looked_at, behind = split_evidence(finding)
        conclusions = finding.conclusions()
        if looked_at or behind or conclusions:
            self.line("Because", INDENT)
        for origin, facts in group_by_origin(looked_at):
            if origin is not None:
                self.line(say_origin(origin, now), " " * 4, " " * 6)
                for fact in facts:
                    self.line(say_fact(fact, catalogue, now), " " * 6, " " * 8)
            else:
                for said in say_unsaid(facts, catalogue, now):
                    self.line(said, " " * 4, " " * 6)
        for conclusion in conclusions:
            self.line(say_conclusion(conclusion, catalogue, now), " " * 4, " " * 6)
        if behind:
            self.line("which follows from", " " * 4)
        for fact in behind:
            self.line(say_behind(fact, catalogue, now), " " * 6, " " * 8)

    def source(self, finding: Finding) -> None:
        """Where a finding's advice is written, and which rule gives it."""
        rule = finding.rule
        self.line(f"Source: {say_source(rule.source)}", INDENT, INDENT * 2)
        if rule.source.url:
            self.line(harmless(rule.source.url), INDENT * 2, INDENT * 2)
        said = f"Rule: {harmless(rule.id)}"
        if rule.overridden:
            said += f", overridden by the site: {say_overridden(rule)}"
        self.line(said, INDENT, INDENT * 2)


def _say_step(step: StepNow, finding: Finding, now: datetime) -> str:
    text = say_prose(step.text, now)
    if differs(step.source, finding.rule):
        text += f" ({say_grade(step.source)})"
    return f"{text} (confirmed by {harmless(step.confirmed_by)})" if step.confirmed_by else text
