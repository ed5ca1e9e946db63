"""A replay as text for terminals, pipes and tickets that take no markup."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from tui.phrases import (
    BOXES,
    GLYPHS,
    differs,
    group_by_origin,
    say_blind_spots,
    say_conclusion,
    say_fact,
    say_grade,
    say_log,
    say_news,
    say_origin,
    say_overridden,
    say_prohibition,
    say_rules,
    say_source,
    say_span,
    say_state,
    say_time,
    say_time_near,
    say_unsaid,
    say_wait,
)
from tui.safe_text import harmless, in_ascii, wrap

# The rules are imported late, so that the first line need not wait for them.
if TYPE_CHECKING:
    from rules.engine import Notice, Watch
    from rules.finding import Change, Finding
    from rules.rule_base import Fact, Operation
    from rules.situation import Forbidden, StepNow
    from tui.summary import RuleChoice, Situation, Summary

_INDENT: Final = "  "
_MOST_SHOWN: Final = 100
"""Findings, and forbidden operations, that a situation lists."""
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
        self._write = write
        self._columns = max(24, columns)
        self._ascii = ascii_only
        self._spaced = True
        """Whether the last line written is empty."""

    # What a replay says, in this order

    def begin(self, logs: list[str]) -> None:
        """The first line, before anything has been read."""
        self._line(f"Replay of {', '.join(map(say_log, logs))}")

    def judged_by(self, choice: RuleChoice) -> None:
        """Which rules judge."""
        self._line(f"Judged by {say_rules(choice)}")
        self._gap()

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something that became so."""
        finding = change.finding
        if change.kind == "raised":
            self._gap()
            self._head(change.time, finding, f"{finding.rule.severity} RAISED")
            self._finding(finding, watch, change.time, escalated)
            self._gap()
            return
        word = _WORDS[change.kind]
        if change.kind in {"step_ticked", "step_unticked"}:
            self._head(change.time, finding, word)
            self._step(watch.steps(finding)[change.step], finding, change.time)
            return
        over = change.kind in {"resolved", "closed"}
        after = f" after {say_span(change.time - finding.raised_at)}" if over else ""
        self._head(change.time, finding, word, after=after)
        self._line(_say_change(change), _INDENT)

    def notice(self, notice: Notice, said: str) -> None:
        """Something that the watch has noticed, in words."""
        self._line(f"{say_time(notice.time)}   {said}", rest=" " * 23)

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """What stands at a time; in full where nothing before it was told."""
        self._gap()
        self._line(f"SITUATION AT {say_time(situation.at)}")
        self._line(say_news(situation), _INDENT)
        for name, heard in situation.lost:
            since = f"last heard {say_time(heard)}" if heard else "never heard"
            self._line(f"source lost: {harmless(name)}, {since}", _INDENT, _INDENT * 2)
        if situation.blind:
            spots = say_blind_spots(situation)
            self._line(spots, _INDENT, _INDENT * 2)
        if not situation.findings:
            self._line("no finding is open", _INDENT)
        for finding in situation.findings[:_MOST_SHOWN]:
            self._gap()
            self._open_finding(finding, watch, situation, in_full=in_full)
        self._more(len(situation.findings))
        self._forbidden(situation.forbidden, watch.rule_base.operations)
        self._gap()

    def end(self, summary: Summary) -> None:
        """What the replay came to."""
        from tui.report_end import summary_lines

        self._gap()
        self._line("SUMMARY")
        for name, text in summary_lines(summary):
            self._line(text, f"{_INDENT}{name:<13} ", " " * 16)

    # Parts

    def _head(self, time: datetime, finding: Finding, word: str, *, after: str = "") -> None:
        glyph = GLYPHS[finding.rule.severity]
        subject = harmless(finding.subject)
        self._line(f"{say_time(time)} {glyph} {word} {subject}{after}", rest=" " * 23)

    def _finding(
        self, finding: Finding, watch: Watch, now: datetime, escalated: Sequence[Finding] = ()
    ) -> None:
        """Everything that a finding says, what must be done and what must not before the rest."""
        self._line(harmless(finding.title), _INDENT)
        for other in escalated:
            self._line(f"escalates: {harmless(other.title)}", _INDENT)
        if finding.rule.impact:
            self._line(harmless(finding.impact), _INDENT)
        self._demands(finding, watch)
        for step in watch.steps(finding):
            self._step(step, finding, now)
        self._evidence(finding, watch.rule_base.facts, now)
        self._line(f"Source: {say_source(finding.rule.source)}", _INDENT, _INDENT * 2)
        if finding.rule.source.url:
            self._line(harmless(finding.rule.source.url), _INDENT * 2, _INDENT * 2)
        rule = f"Rule: {harmless(finding.rule.id)}"
        if finding.rule.overridden:
            rule += f", overridden by the site: {say_overridden(finding.rule)}"
        self._line(rule, _INDENT, _INDENT * 2)

    def _demands(self, finding: Finding, watch: Watch) -> None:
        from rules.situation import forbidden_now

        operations = watch.rule_base.operations
        for forbidden in forbidden_now(watch.words, [finding]):
            self._line(f"DO NOT {say_prohibition(forbidden, operations)}", _INDENT, " " * 9)
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
        grounds = group_by_origin(finding.evidence())
        if grounds:
            self._line("Because", _INDENT)
        for origin, facts in grounds:
            if origin is not None:
                self._line(say_origin(origin, now), " " * 4, " " * 6)
                for fact in facts:
                    self._line(say_fact(fact, catalogue), " " * 6, " " * 8)
            else:
                for said in say_unsaid(facts, catalogue):
                    self._line(said, " " * 4, " " * 6)
        for conclusion in finding.conclusions():
            self._line(f"so {say_conclusion(conclusion, catalogue)}", " " * 4, " " * 6)

    def _open_finding(
        self, finding: Finding, watch: Watch, situation: Situation, *, in_full: bool
    ) -> None:
        now = situation.at
        covering = situation.covered.get((finding.rule.id, finding.subject))
        severity = finding.rule.severity
        since = f"since {say_time_near(finding.raised_at, now)}"
        self._line(
            f"{GLYPHS[severity]} {severity} {harmless(finding.subject)} {since}", rest=_INDENT
        )
        for text in say_state(finding, now):
            self._line(text, _INDENT, _INDENT * 2)
        if in_full and covering is None:
            self._finding(finding, watch, now)
            return
        self._line(harmless(finding.title), _INDENT)
        if covering is not None:
            self._line(f"part of {harmless(covering)}", _INDENT)
            return
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
        for (subject, operation), by in islice(operations.items(), _MOST_SHOWN):
            title = titles[operation].title if operation in titles else operation
            self._line(f"{harmless(subject)}: {harmless(title)}", _INDENT, " " * 4)
            for one in by:
                glyph = GLYPHS[one.finding.rule.severity]
                self._line(
                    f"{glyph} {harmless(one.finding.rule.id)} ({say_grade(one.source)})",
                    "    by ",
                    " " * 9,
                )
        self._more(len(operations))

    def _more(self, number: int) -> None:
        if number > _MOST_SHOWN:
            self._line(f"and {number - _MOST_SHOWN:,} more; --format json names them all", _INDENT)

    # Lines

    def _line(self, text: str, first: str = "", rest: str | None = None) -> None:
        """Write a text; `first` begins its first line, `rest` the others, which are indented at
        least like it."""
        if rest is None:
            rest = first if first.isspace() else _INDENT
        if self._ascii:
            text, first = in_ascii(text), in_ascii(first)
        self._write("\n".join(wrap(text, self._columns, first=first, rest=rest)) + "\n")
        self._spaced = False

    def _gap(self) -> None:
        if not self._spaced:
            self._write("\n")
            self._spaced = True


def _say_change(change: Change) -> str:
    """What has become of a finding, with its title."""
    title = harmless(change.finding.title)
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


def _say_step(step: StepNow, finding: Finding) -> str:
    text = harmless(step.text)
    if differs(step.source, finding.rule):
        text += f" ({say_grade(step.source)})"
    return f"{text} (confirmed by {harmless(step.confirmed_by)})" if step.confirmed_by else text
