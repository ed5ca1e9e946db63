"""A replay as text for terminals, pipes and tickets that take no markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from rules.engine import Notice, Watch
from rules.finding import Change, ChangeKind, Finding
from rules.rule_base import Fact, Operation
from rules.situation import Forbidden, StepNow
from tui.phrases import (
    BOXES,
    GLYPHS,
    differs,
    say_blind_spots,
    say_conclusion,
    say_count,
    say_fact,
    say_grade,
    say_origin,
    say_overridden,
    say_prohibition,
    say_severities,
    say_source,
    say_span,
    say_time,
    say_time_near,
    say_wait,
)
from tui.report_end import summary_lines
from tui.safe_text import harmless, in_ascii, wrap
from tui.summary import RuleChoice, Situation, Summary

_INDENT: Final = "  "
_WORDS: Final[dict[ChangeKind, str]] = {
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
        self._write = write
        self._columns = max(24, columns)
        self._ascii = ascii_only
        self._spaced = True
        """Whether the last line written is empty."""

    # What a replay says, in this order

    def begin(self, logs: list[str]) -> None:
        """The first line, before anything has been read."""
        self._line(f"Replay of {', '.join(map(harmless, logs))}")

    def judged_by(self, choice: RuleChoice) -> None:
        """Which rules judge."""
        self._line(say_choice(choice))
        self._gap()

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something that became so."""
        finding = change.finding
        if change.kind == "raised":
            self._gap()
            self._head(change.time, finding, "RAISED", with_severity=True)
            for other in escalated:
                self._line(f"escalates {harmless(other.title)}", "  ")
            self._finding(finding, watch, change.time)
            self._gap()
            return
        self._head(change.time, finding, _WORDS[change.kind])
        self._line(self._say_change(change, watch), _INDENT)

    def notice(self, notice: Notice, said: str) -> None:
        """Something that the watch has noticed, in words."""
        self._line(f"{say_time(notice.time)}   {said}", rest=" " * 24)

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """What stands at a time; in full where nothing before it was told."""
        self._gap()
        self._line(f"SITUATION AT {say_time(situation.at)}")
        self._line(_say_news(situation), _INDENT)
        for name, heard in situation.lost:
            since = f"last heard {say_time(heard)}" if heard else "never heard"
            self._line(f"source lost: {harmless(name)}, {since}", _INDENT, _INDENT * 2)
        if situation.blind_spots:
            spots = say_blind_spots(situation.blind_spots)
            self._line(f"cannot be judged for want of facts: {spots}", _INDENT, _INDENT * 2)
        if not situation.findings:
            self._line("no finding is open", _INDENT)
        for finding in situation.findings:
            self._gap()
            self._open_finding(finding, watch, situation.at, in_full=in_full)
        self._forbidden(situation.forbidden, watch.rule_base.operations)
        self._gap()

    def end(self, summary: Summary) -> None:
        """What the replay came to."""
        self._gap()
        self._line("SUMMARY")
        for name, text in summary_lines(summary):
            self._line(text, f"{_INDENT}{name:<13} ", " " * 16)

    # Parts

    def _head(
        self, time: datetime, finding: Finding, word: str, *, with_severity: bool = False
    ) -> None:
        severity = finding.rule.severity
        words = f"{severity} {word}" if with_severity else word
        self._line(
            f"{say_time(time)} {GLYPHS[severity]} {words} {harmless(finding.subject)}",
            rest=" " * 24,
        )

    def _finding(self, finding: Finding, watch: Watch, now: datetime) -> None:
        """Everything that a finding says: first what must be done and what must not."""
        self._line(harmless(finding.title), _INDENT)
        if finding.rule.impact:
            self._line(harmless(finding.impact), _INDENT)
        self._demands(finding, watch)
        for step in watch.steps(finding):
            self._step(step, finding, now)
        self._evidence(finding, watch.rule_base.facts, now)
        self._line(f"Source: {say_source(finding.rule.source)}", _INDENT, _INDENT * 2)
        rule = f"Rule: {harmless(finding.rule.id)}"
        if finding.rule.overridden:
            rule += f", overridden by the site: {say_overridden(finding.rule)}"
        self._line(rule, _INDENT, _INDENT * 2)

    def _demands(self, finding: Finding, watch: Watch) -> None:
        for forbidden in watch.forbidden():
            if forbidden.finding is finding:
                self._line(
                    f"DO NOT {say_prohibition(forbidden, watch.rule_base.operations)}",
                    _INDENT,
                    " " * 9,
                )
        support = finding.rule.support
        if support is not None:
            self._line(f"CONTACT SUPPORT ({say_grade(support)})", _INDENT, " " * 4)

    def _step(self, step: StepNow, finding: Finding, now: datetime) -> None:
        number = f"{step.number} {BOXES[step.status]} "
        self._line(_say_step(step, finding), f"{_INDENT}{number}", " " * (2 + len(number)))
        if step.waits:
            indent = " " * (2 + len(number))
            self._line(say_wait(step, finding, now), indent, indent)

    def _evidence(self, finding: Finding, catalogue: Mapping[str, Fact], now: datetime) -> None:
        evidence = finding.evidence()
        if evidence:
            self._line("Because", _INDENT)
        origin = ""
        for position, one in enumerate(evidence):
            self._line(say_fact(one, catalogue), " " * 4, " " * 6)
            origin = say_origin(one, now)
            following = evidence[position + 1] if position + 1 < len(evidence) else None
            if following is None or say_origin(following, now) != origin:
                self._line(origin, " " * 6, " " * 8)
        for conclusion in finding.conclusions():
            said = say_conclusion(conclusion, catalogue)
            self._line(f"so {said}", " " * 4, " " * 6)

    def _open_finding(
        self, finding: Finding, watch: Watch, now: datetime, *, in_full: bool
    ) -> None:
        severity = finding.rule.severity
        since = f"since {say_time_near(finding.raised_at, now)}"
        self._line(
            f"{GLYPHS[severity]} {severity} {harmless(finding.subject)} {since}", rest=_INDENT
        )
        for text in _say_state(finding, now):
            self._line(text, _INDENT, _INDENT * 2)
        if in_full:
            self._finding(finding, watch, now)
            return
        self._line(harmless(finding.title), _INDENT)
        upcoming = next((step for step in watch.steps(finding) if step.status != "done"), None)
        if upcoming is None:
            self._line("no step is open", _INDENT)
        else:
            self._line("next:", _INDENT)
            self._step(upcoming, finding, now)

    def _forbidden(self, forbidden: list[Forbidden], titles: Mapping[str, Operation]) -> None:
        if not forbidden:
            return
        self._gap()
        self._line("FORBIDDEN")
        operations: dict[tuple[str, str], list[Forbidden]] = {}
        for one in forbidden:
            operations.setdefault((one.subject, one.operation), []).append(one)
        for (subject, operation), by in operations.items():
            title = titles[operation].title if operation in titles else operation
            self._line(f"{harmless(subject)}: {harmless(title)}", _INDENT, " " * 4)
            for one in by:
                glyph = GLYPHS[one.finding.rule.severity]
                self._line(
                    f"{glyph} {harmless(one.finding.rule.id)} ({say_grade(one.source)})",
                    "    by ",
                    " " * 9,
                )

    def _say_change(self, change: Change, watch: Watch) -> str:
        finding = change.finding
        title = harmless(finding.title)
        note = change.note
        by = f"by {harmless(note.by)}" if note is not None else ""
        words = f": {harmless(note.text)}" if note is not None and note.text else ""
        match change.kind:
            case "step_ticked" | "step_unticked":
                step = watch.steps(finding)[change.step]
                box = "[x]" if change.kind == "step_ticked" else "[ ]"
                confirmed = f" (confirmed by {harmless(step.confirmed_by)})"
                return f"{step.number} {box} {harmless(step.text)}" + (
                    confirmed if step.confirmed_by else ""
                )
            case "resolved":
                return f"{title} (after {say_span(change.time - finding.raised_at)})"
            case "closed":
                return f"{title}; {by}{words}"
            case "acknowledged" | "note":
                return f"{title}; {by}{words}"
            case "unconfirmed":
                return f"{title}; it stands, but can no longer be told from the facts"
            case "recurred":
                return f"{title}; it has happened once more, and earlier confirmations are void"
            case _:
                return title

    # Lines

    def _line(self, text: str, first: str = "", rest: str = "  ") -> None:
        if first and not rest.strip() and len(rest) < len(first) and first.isspace():
            rest = first
        if self._ascii:
            text, first = in_ascii(text), in_ascii(first)
        self._write("\n".join(wrap(text, self._columns, first=first, rest=rest)) + "\n")
        self._spaced = False

    def _gap(self) -> None:
        if not self._spaced:
            self._write("\n")
            self._spaced = True


def say_choice(choice: RuleChoice) -> str:
    """Which rules judge, and whether they were chosen by hand (law 13)."""
    rules = f"{harmless(choice.title)}, {say_count(choice.rules, 'rule')}, hash {choice.hash}"
    parts = ["shipped rules"] if choice.shipped else []
    parts += [harmless(folder) for folder in choice.folders]
    if choice.overrides:
        parts.append(f"overrides {harmless(choice.overrides)}")
    said = f"Judged by {' and '.join(parts)} ({rules})"
    return (
        f"{said}; the whole log, whatever rules it was recorded under" if choice.by_hand else said
    )


def _say_news(situation: Situation) -> str:
    if situation.newest is None:
        return "no event up to then"
    age = situation.at - situation.newest
    counts = {}
    for finding in situation.findings:
        counts[finding.rule.severity] = counts.get(finding.rule.severity, 0) + 1
    said = f"{say_severities(counts)} open; " if counts else ""
    if age.total_seconds() < 1:
        return f"{said}the newest event is of this moment"
    return f"{said}the newest event is {say_span(age)} old"


def _say_state(finding: Finding, now: datetime) -> list[str]:
    said = []
    if finding.unconfirmed_since is not None:
        said.append(f"not confirmed since {say_time_near(finding.unconfirmed_since, now)}")
    if finding.recurred_at:
        said.append(f"happened again {say_time_near(finding.recurred_at[-1], now)}")
    if (note := finding.acknowledged) is not None:
        words = f": {harmless(note.text)}" if note.text else ""
        said.append(f"acknowledged {say_time_near(note.at, now)} by {harmless(note.by)}{words}")
    return said


def _say_step(step: StepNow, finding: Finding) -> str:
    text = harmless(step.text)
    if differs(step.source, finding.rule):
        text += f" ({say_grade(step.source)})"
    return f"{text} (confirmed by {harmless(step.confirmed_by)})" if step.confirmed_by else text
