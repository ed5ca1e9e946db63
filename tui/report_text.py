"""A replay as text for terminals, pipes and tickets that take no markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.phrases import (
    GLYPHS,
    say_grade,
    say_log,
    say_prohibition,
    say_prose,
    say_rules,
    say_span,
    say_time,
)
from tui.report_lines import INDENT, TextLines
from tui.safe_text import harmless

# The rules are imported late, so that the first line need not wait for them.
if TYPE_CHECKING:
    from rules.engine import Notice, Watch
    from rules.finding import Change, Finding
    from tui.summary import RuleChoice, Situation, Summary

_WORDS: Final[dict[str, str]] = {
    "raised": "RAISED",
    "recurred": "AGAIN",
    "unconfirmed": "NOT CONFIRMED",
    "confirmed": "CONFIRMED",
    "resolved": "RESOLVED",
    "closed": "CLOSED",
    "acknowledged": "ACKNOWLEDGED",
    "step_ticked": "STEP DONE",
    "step_unticked": "STEP UNDONE",
    "note": "NOTE",
}


class TextReport:
    """Writes what happens as lines, none wider than the terminal."""

    def __init__(self, write: Callable[[str], object], columns: int, *, ascii_only: bool) -> None:
        self._lines = TextLines(write, columns, ascii_only=ascii_only)

    # What a replay says, in this order

    def begin(self, logs: list[str]) -> None:
        """The first line, before anything has been read."""
        self._lines.line(f"Replay of {', '.join(map(say_log, logs))}")

    def judged_by(self, choice: RuleChoice) -> None:
        """Which rules judge."""
        self._lines.line(f"Judged by {say_rules(choice)}")
        self._lines.gap()

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something that became so."""
        finding = change.finding
        if change.kind == "raised":
            self._lines.gap()
            self._head(change.time, finding, f"{finding.rule.severity} RAISED")
            self._finding(finding, watch, change.time, escalated)
            self._lines.gap()
            return
        word = _WORDS[change.kind]
        if change.kind in {"step_ticked", "step_unticked"}:
            self._head(change.time, finding, word)
            self._lines.step(watch.steps(finding)[change.step], finding, change.time, rest=False)
            return
        over = change.kind in {"resolved", "closed"}
        after = f" after {say_span(change.time - finding.raised_at)}" if over else ""
        self._head(change.time, finding, word, after=after)
        self._lines.line(_say_change(change), INDENT)

    def notice(self, notice: Notice, said: str) -> None:
        """Something that the watch has noticed, in words."""
        self._lines.line(f"{say_time(notice.time)}   {said}", rest=" " * 23)

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """What stands at a time; in full where nothing before it was told."""
        from tui.report_situation import SituationText

        SituationText(self._lines, situation, watch, in_full=in_full).write()

    def end(self, summary: Summary) -> None:
        """What the replay came to."""
        from tui.report_end import summary_lines

        self._lines.gap()
        self._lines.line("SUMMARY")
        for name, text in summary_lines(summary):
            self._lines.line(text, f"{INDENT}{name:<13} ", " " * 16)

    # Parts

    def _head(self, time: datetime, finding: Finding, word: str, *, after: str = "") -> None:
        glyph = GLYPHS[finding.rule.severity]
        subject = harmless(finding.subject)
        self._lines.line(f"{say_time(time)} {glyph} {word} {subject}{after}", rest=" " * 23)

    def _finding(
        self, finding: Finding, watch: Watch, now: datetime, escalated: Sequence[Finding] = ()
    ) -> None:
        """Everything that a finding says, what must be done and what must not before the rest."""
        self._lines.line(say_prose(finding.title, now), INDENT)
        for other in escalated:
            self._lines.line(f"escalates: {say_prose(other.title, now)}", INDENT)
        if finding.rule.impact:
            self._lines.line(say_prose(finding.impact, now), INDENT)
        self._demands(finding, watch)
        for step in watch.steps(finding):
            self._lines.step(step, finding, now, rest=False)
        self._lines.grounds(finding, watch.rule_base.facts, now)
        self._lines.source(finding)

    def _demands(self, finding: Finding, watch: Watch) -> None:
        from rules.situation import forbidden_now

        operations = watch.rule_base.operations
        for forbidden in forbidden_now(watch.words, [finding]):
            self._lines.line(f"DO NOT {say_prohibition(forbidden, operations)}", INDENT, " " * 9)
        support = finding.rule.support
        if support is not None:
            self._lines.line(f"CONTACT SUPPORT ({say_grade(support)})", INDENT, " " * 4)


def _say_change(change: Change) -> str:
    """What has become of a finding, with its title."""
    title = say_prose(change.finding.title, change.time)
    match change.kind:
        case "unconfirmed":
            return f"{title}; it stands, but the facts can no longer tell"
        case "recurred":
            return f"{title}; it has happened once more, and earlier confirmations are void"
        case _ if change.note is not None:
            words = f": {harmless(change.note.text)}" if change.note.text else ""
            return f"{title}; by {harmless(change.note.by)}{words}"
        case _:
            return title
