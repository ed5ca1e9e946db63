"""A replay as a Markdown document, to be put into a ticket."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tui.phrases import (
    GLYPHS,
    differs,
    group_by_origin,
    say_behind,
    say_conclusion,
    say_fact,
    say_grade,
    say_log,
    say_origin,
    say_overridden,
    say_prohibition,
    say_prose,
    say_rules,
    say_source,
    say_span,
    say_state,
    say_time,
    say_time_near,
    say_unsaid,
    say_wait,
    split_evidence,
)
from tui.safe_text import harmless, in_ascii

# The rules are imported late, as in the other reports.
if TYPE_CHECKING:
    from rules.engine import Notice, Watch
    from rules.finding import Change, Finding
    from rules.situation import Forbidden, StepNow
    from tui.summary import RuleChoice, Situation, Summary

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|~&@$])")
_LIST_MARK: Final = re.compile(r"^(\d{1,9})([.)])|^([-+=])")
_WORDS: Final = {
    "recurred": "happened again; earlier confirmations are void",
    "unconfirmed": "not confirmed: it stands, but the facts can no longer tell",
    "confirmed": "confirmed: the facts tell again",
    "resolved": "resolved",
    "closed": "closed by hand",
    "acknowledged": "acknowledged",
    "step_ticked": "step done",
    "step_unticked": "step no longer done",
    "note": "note",
}


class MarkdownReport:
    """Writes headings for what was raised, and list items for what became of it."""

    def __init__(self, write: Callable[[str], object], *, ascii_only: bool) -> None:
        self._write = write
        self._ascii = ascii_only
        self._in_list = False
        self._told = False

    def begin(self, logs: list[str]) -> None:
        """The title, before anything has been read."""
        self._paragraph(f"# Replay of {', '.join(code(say_log(log)) for log in logs)}")

    def judged_by(self, choice: RuleChoice) -> None:
        """Which rules judge."""
        self._paragraph(f"Judged by {prose(say_rules(choice))}.")

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something that became so."""
        self._begin_events()
        finding = change.finding
        glyph = GLYPHS[finding.rule.severity]
        where = code(finding.subject)
        if change.kind == "raised":
            severity = finding.rule.severity
            title = prose(say_prose(finding.title, change.time))
            self._paragraph(f"### {say_time(change.time)} {glyph} {severity}: {title}")
            self._paragraph(f"Raised on {where}.")
            for other in escalated:
                self._paragraph(f"Escalates: {prose(say_prose(other.title, change.time))}.")
            self._finding(finding, watch, change.time)
            return
        said = _WORDS[change.kind]
        if change.kind in {"resolved", "closed"}:
            said += f" after {say_span(change.time - finding.raised_at)}"
        if change.kind in {"step_ticked", "step_unticked"}:
            step = watch.steps(finding)[change.step]
            said += f": {step.number}. {self._step_text(step, finding)}"
        note = change.note
        if note is not None:
            said += f" by {prose(note.by)}" + (f": {prose(note.text)}" if note.text else "")
        title = prose(say_prose(finding.title, change.time))
        self._item(f"{say_time(change.time)} {glyph} {where} **{title}**: {said}")

    def notice(self, notice: Notice, said: str) -> None:
        """Something that the watch has noticed, in words."""
        self._begin_events()
        self._item(f"{say_time(notice.time)} {prose(said)}")

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """What stands at a time: what is open and forbidden first, what cannot be seen last."""
        from rules.urgency import by_urgency
        from tui.report_phrases import (
            say_blind_spots,
            say_filtered,
            say_lost,
            say_news,
            say_none,
        )
        from tui.session.since_raised import changed_since, say_as_it_was

        self._paragraph(f"## Situation at {say_time(situation.at)}")
        for said in [*say_lost(situation), *say_filtered(situation)]:
            self._item(prose(said))
        findings = by_urgency(situation.findings, situation.covered)
        if not findings:
            self._item(say_none(situation))
        for finding in findings:
            self._item(self._open_finding(finding, situation))
        self._forbidden(situation.forbidden, watch)
        told = [one for one in findings if (one.rule.id, one.subject) not in situation.covered]
        if told:
            self._paragraph("### What to do")
        for finding in told:
            self._advice(finding, watch, situation.at, in_full=in_full)
        if told and in_full:
            self._paragraph("### Evidence")
            for finding in told:
                self._paragraph(f"#### {self._name(finding, situation.at)}")
                if finding.rule.impact:
                    then = ""
                    if changed_since(watch, finding):
                        then = f"{say_as_it_was(finding.raised_at, situation.at)} "
                    self._paragraph(prose(then + say_prose(finding.impact, situation.at)))
                self._evidence(finding, watch, situation.at)
                self._source(finding)
        if told:
            self._paragraph("### What can be seen")
        self._item(prose(say_news(situation)))
        if situation.blind:
            self._item(prose(say_blind_spots(situation)))

    def end(self, summary: Summary) -> None:
        """What the replay came to."""
        from tui.report_end import summary_lines

        self._paragraph("## Summary")
        self._paragraph("| | |\n|---|---|", end="\n")
        for name, text in summary_lines(summary):
            self._put(f"| {name} | {prose(text)} |\n")

    # Parts

    def _begin_events(self) -> None:
        if not self._told:
            self._told = True
            self._paragraph("## What happened")

    def _finding(self, finding: Finding, watch: Watch, now: datetime) -> None:
        from rules.situation import forbidden_now

        if finding.rule.impact:
            self._paragraph(prose(say_prose(finding.impact, now)))
        operations = watch.rule_base.operations
        for forbidden in forbidden_now(watch.words, [finding]):
            self._item(f"**DO NOT** {prose(say_prohibition(forbidden, operations))}")
        if finding.rule.support is not None:
            self._item(f"**Contact support** ({prose(say_grade(finding.rule.support))})")
        steps = watch.steps(finding)
        if steps:
            self._paragraph("Steps:")
        for step in steps:
            self._step(step, finding, now)
        self._evidence(finding, watch, now)
        self._source(finding)

    def _source(self, finding: Finding) -> None:
        source = finding.rule.source
        address = f", {code(source.url)}" if source.url else ""
        said = f"Source: {prose(say_source(source))}{address}. Rule: {code(finding.rule.id)}"
        if finding.rule.overridden:
            said += f", overridden by the site: {prose(say_overridden(finding.rule))}"
        self._paragraph(f"{said}.")

    def _evidence(self, finding: Finding, watch: Watch, now: datetime) -> None:
        catalogue = watch.rule_base.facts
        looked_at, behind = split_evidence(finding)
        conclusions = finding.conclusions()
        if looked_at or behind or conclusions:
            self._paragraph("Because:")
        for origin, facts in group_by_origin(looked_at):
            if origin is None:
                for said in say_unsaid(facts, catalogue, now):
                    self._item(prose(said))
                continue
            self._item(prose(say_origin(origin, now)))
            for fact in facts:
                self._item(code(say_fact(fact, catalogue, now)), deep=True)
        for conclusion in conclusions:
            self._item(code(say_conclusion(conclusion, catalogue, now)))
        if behind:
            self._item("which follows from")
        for fact in behind:
            self._item(code(say_behind(fact, catalogue, now)), deep=True)

    def _step(self, step: StepNow, finding: Finding, now: datetime, *, rest: bool = False) -> None:
        box = {"done": "[x]", "open": "[ ]"}.get(step.status, "[ ] (not sure)")
        self._item(f"{box} {step.number}: {self._step_text(step, finding)}")
        if step.waits:
            self._item(prose(say_wait(step, finding, now, rest=rest)), deep=True)

    def _step_text(self, step: StepNow, finding: Finding) -> str:
        text = prose(say_prose(step.text))
        if differs(step.source, finding.rule):
            text += f" ({prose(say_grade(step.source))})"
        return f"{text} (confirmed by {prose(step.confirmed_by)})" if step.confirmed_by else text

    def _name(self, finding: Finding, now: datetime) -> str:
        glyph, title = GLYPHS[finding.rule.severity], prose(say_prose(finding.title, now))
        return f"{glyph} {finding.rule.severity}: {title} ({code(finding.subject)})"

    def _open_finding(self, finding: Finding, situation: Situation) -> str:
        said = self._name(finding, situation.at)
        said += f", since {say_time_near(finding.raised_at, situation.at)}"
        for text in say_state(finding, situation.at):
            said += f", {prose(text)}"
        covering = situation.covered.get((finding.rule.id, finding.subject))
        return said if covering is None else f"{said}; part of {code(covering)}"

    def _advice(self, finding: Finding, watch: Watch, now: datetime, *, in_full: bool) -> None:
        from tui.session.since_raised import changed_since, say_as_it_was, say_since

        self._paragraph(f"#### {self._name(finding, now)}")
        changed = changed_since(watch, finding)
        if changed:
            then = say_as_it_was(finding.raised_at, now)
            self._item(prose(f"{then} {say_since(changed, now)}"))
        if finding.rule.support is not None:
            self._item(f"**Contact support** ({prose(say_grade(finding.rule.support))})")
        for step in watch.steps(finding):
            self._step(step, finding, now, rest=in_full)

    def _forbidden(self, forbidden: list[Forbidden], watch: Watch) -> None:
        from tui.report_phrases import group_forbidden, say_forbidden

        if not forbidden:
            return
        self._paragraph("### Forbidden")
        for by in group_forbidden(forbidden):
            title, reasons = say_forbidden(by, watch.rule_base.operations)
            said = prose("; ".join(f"{reason} ({known})".lstrip() for reason, known in reasons))
            mark = ":" if reasons[0][0] else ""
            self._item(f"**DO NOT** {prose(title)} on {code(by[0].subject)}{mark} {said}")

    # Lines

    def _paragraph(self, text: str, *, end: str = "\n\n") -> None:
        self._put(("\n" if self._in_list else "") + text + end)
        self._in_list = False

    def _item(self, text: str, *, deep: bool = False) -> None:
        self._put(("    - " if deep else "- ") + text + "\n")
        self._in_list = True

    def _put(self, text: str) -> None:
        self._write(in_ascii(text) if self._ascii else text)


def prose(text: str) -> str:
    """A text from outside as a ticket shows it: no character of it is markup."""
    escaped = _MARKUP.sub(r"\\\1", harmless(text)).replace("://", ":\\//")
    return _LIST_MARK.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", escaped)


def code(text: str) -> str:
    """A name or a value from outside, set as code."""
    shown = harmless(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{shown}{space}{fence}"
