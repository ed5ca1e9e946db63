"""The situation at a time as text: what is open and what is forbidden first, what to do next, then
what it rests on, and last what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rules.urgency import URGENT, by_urgency
from tui.phrases import GLYPHS, say_grade, say_prose, say_state, say_time, say_time_near
from tui.report_lines import INDENT, TextLines
from tui.report_phrases import (
    group_forbidden,
    say_blind_spots,
    say_filtered,
    say_forbidden,
    say_lost,
    say_news,
    say_none,
    say_open,
)
from tui.safe_text import harmless
from tui.session.since_raised import changed_since, say_as_it_was, say_since

if TYPE_CHECKING:
    from rules.engine import Watch
    from rules.finding import Finding
    from rules.situation import StepNow
    from tui.summary import Situation

_MOST_SHOWN: Final = 100
"""Findings, and forbidden operations, that a situation lists."""
_UNDER_DO_NOT: Final = " " * 9


class SituationText:
    """Writes one situation; `in_full` with what it rests on and with what is left of waits."""

    def __init__(
        self, lines: TextLines, situation: Situation, watch: Watch, *, in_full: bool
    ) -> None:
        self._lines = lines
        self._situation = situation
        self._watch = watch
        self._in_full = in_full
        self._findings = by_urgency(situation.findings, situation.covered)

    def write(self) -> None:
        """All of it, in the order in which it is needed."""
        situation, lines = self._situation, self._lines
        lines.gap()
        lines.line(f"SITUATION AT {say_time(situation.at)}")
        for said in [*say_lost(situation), *say_filtered(situation)]:
            lines.line(said, INDENT, INDENT * 2)
        self._open()
        self._forbidden()
        told = [one for one in self._findings if not self._covering(one)][:_MOST_SHOWN]
        if told:
            self._heading("WHAT TO DO")
        for finding in told:
            self._advice(finding)
        if told and self._in_full:
            self._heading("EVIDENCE")
            for number, finding in enumerate(told):
                if number:
                    lines.gap()
                self._evidence(finding)
        if told:
            self._heading("WHAT CAN BE SEEN")
        lines.line(say_news(situation), INDENT)
        if situation.blind:
            lines.line(say_blind_spots(situation), INDENT, INDENT * 2)
        lines.gap()

    def _open(self) -> None:
        urgent = [one for one in self._findings if one.rule.severity in URGENT]
        others = [one for one in self._findings if one.rule.severity not in URGENT]
        for finding in urgent[:_MOST_SHOWN]:
            self._lines.line(self._say_head(finding), rest=INDENT)
        self._more(len(urgent))
        if others:
            self._lines.line(f"{'also ' if urgent else ''}open: {say_open(others)}", INDENT)
        if not self._findings:
            self._lines.line(say_none(self._situation), INDENT)

    def _say_head(self, finding: Finding) -> str:
        now, severity = self._situation.at, finding.rule.severity
        said = (
            f"{GLYPHS[severity]} {severity} {harmless(finding.subject)}: "
            f"{say_prose(finding.title, now)}, since {say_time_near(finding.raised_at, now)}"
        )
        if finding.unconfirmed_since is not None:
            said += ", not confirmed"
        if finding.acknowledged is not None:
            said += f", acknowledged by {harmless(finding.acknowledged.by)}"
        covering = self._covering(finding)
        return f"{said}; part of {harmless(covering)}" if covering else said

    def _forbidden(self) -> None:
        groups = group_forbidden(self._situation.forbidden)
        if not groups:
            return
        self._heading("FORBIDDEN")
        for by in groups[:_MOST_SHOWN]:
            title, reasons = say_forbidden(by, self._watch.rule_base.operations)
            said = "; ".join(f"{reason} ({known})".lstrip() for reason, known in reasons)
            mark = ":" if reasons[0][0] else ""
            where = harmless(by[0].subject)
            self._lines.line(f"DO NOT {title} on {where}{mark} {said}", INDENT, _UNDER_DO_NOT)
        self._more(len(groups))

    def _advice(self, finding: Finding) -> None:
        lines, now = self._lines, self._situation.at
        subject = harmless(finding.subject)
        lines.line(f"{GLYPHS[finding.rule.severity]} {subject}: {say_prose(finding.title, now)}")
        changed = changed_since(self._watch, finding)
        if changed:
            then = say_as_it_was(finding.raised_at, now)
            lines.line(f"{then} {say_since(changed, now)}", INDENT, INDENT * 2)
        if finding.rule.support is not None:
            grade = say_grade(finding.rule.support)
            lines.line(f"CONTACT SUPPORT ({grade})", INDENT, " " * 4)
        steps = self._watch.steps(finding)
        for step in steps:
            if step.status != "done":
                lines.step(step, finding, now, rest=self._in_full)
        done = ", ".join(_say_done(step) for step in steps if step.status == "done")
        if done:
            lines.line(f"done: {done}", INDENT, INDENT * 2)
        for said in say_state(finding, now):
            lines.line(said, INDENT, INDENT * 2)

    def _evidence(self, finding: Finding) -> None:
        lines, now = self._lines, self._situation.at
        glyph, severity = GLYPHS[finding.rule.severity], finding.rule.severity
        since = say_time_near(finding.raised_at, now)
        lines.line(f"{glyph} {severity} {harmless(finding.subject)} since {since}")
        if finding.rule.impact:
            then = ""
            if changed_since(self._watch, finding):
                then = f"{say_as_it_was(finding.raised_at, now)} "
            lines.line(then + say_prose(finding.impact, now), INDENT)
        lines.grounds(finding, self._watch.rule_base.facts, now)
        lines.source(finding)

    def _covering(self, finding: Finding) -> str | None:
        return self._situation.covered.get((finding.rule.id, finding.subject))

    def _heading(self, text: str) -> None:
        self._lines.gap()
        self._lines.line(text)

    def _more(self, number: int) -> None:
        if number > _MOST_SHOWN:
            more = f"and {number - _MOST_SHOWN:,} more; --format json names them all"
            self._lines.line(more, INDENT)


def _say_done(step: StepNow) -> str:
    by = f" (confirmed by {harmless(step.confirmed_by)})" if step.confirmed_by else ""
    return f"{step.number}{by}"
