"""A replay as JSON Lines: an object for each change and each notice, and a summary at the end.

Members stand in one order and times are RFC 3339 in UTC, so that two replays of the same events
by the same rules are the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.safe_text import harmless, harmless_json

# The rules are imported late, as in the other reports.
if TYPE_CHECKING:
    from rules.engine import Notice, Watch
    from rules.finding import Change, Evidence, Finding, Note
    from rules.rule_base import Source
    from rules.situation import Forbidden, StepNow
    from tui.session.snapshot import EvidenceNow
    from tui.summary import RuleChoice, Situation, Summary

_KINDS = {
    "source lost": "source_lost",
    "source heard again": "source_heard",
    "rules loaded": "rules_loaded",
    "started": "watch_started",
    "stopped": "watch_stopped",
}


class JsonReport:
    """Writes one object a line."""

    def __init__(self, write: Callable[[str], object], *, ascii_only: bool) -> None:
        self._write = write
        self._ascii = ascii_only
        self._situation: dict[str, Any] | None = None

    def begin(self, logs: list[str]) -> None:
        """Nothing: the first line is the first change."""

    def judged_by(self, choice: RuleChoice) -> None:
        """Nothing: the summary says which rules judged."""

    def change(self, change: Change, watch: Watch, escalated: list[Finding]) -> None:
        """Something that became so."""
        finding = change.finding
        members = {"kind": change.kind, "time": _time(change.time), **_name(finding)}
        members["event"] = change.event.id if change.event is not None else None
        if change.kind == "raised":
            members["escalates"] = [_name(other) for other in escalated]
            members |= _whole(finding, watch)
        elif change.kind in {"step_ticked", "step_unticked"}:
            members["step"] = _step(watch.steps(finding)[change.step], finding)
        elif change.kind in {"resolved", "closed"}:
            members["open_seconds"] = _seconds(change.time - finding.raised_at)
        elif change.kind == "recurred":
            members["occurrence"] = finding.occurrence
        if change.note is not None:
            members["note"] = _note(change.note)
        self._object(members)

    def notice(self, notice: Notice, said: str) -> None:
        """Something that the watch has noticed."""
        kind = _KINDS.get(notice.kind, notice.kind)
        time = _time(notice.time)
        self._object({"kind": kind, "time": time, "about": notice.about, "message": said})

    def situation(self, situation: Situation, watch: Watch, *, in_full: bool) -> None:
        """Kept for the summary, of which it is a member."""
        self._situation = {
            "at": _time(situation.at),
            "newest_event": _time(situation.newest),
            "findings": [
                {
                    **_open(finding, watch),
                    "covered_by": situation.covered.get((finding.rule.id, finding.subject)),
                }
                for finding in situation.findings
            ],
            "forbidden": [
                {**_forbidden(one, watch), "by": _name(one.finding)} for one in situation.forbidden
            ],
            "blind": situation.blind,
            "blind_spots": [
                {"rule": spot.rule, "subject": spot.subject, "missing": list(spot.missing)}
                for spot in situation.blind_spots
            ],
            "lost_sources": [
                {"source": name, "last_heard": _time(heard)} for name, heard in situation.lost
            ],
            "hidden": _by_severity(situation.hidden),
            "unknown_subjects": [harmless(name) for name in situation.unknown],
        }

    def end(self, summary: Summary) -> None:
        """The summary, with the situation at the end."""
        choice = summary.rules
        self._object(
            {
                "kind": "summary",
                "logs": [harmless(log) for log in summary.logs],
                "first": _time(summary.first),
                "last": _time(summary.last),
                "until": _time(summary.until),
                "events": summary.events,
                "subjects": summary.subjects,
                "raised": _by_severity(summary.raised),
                "resolved": _by_severity(summary.resolved),
                "open": _by_severity(summary.open),
                "closed_by_hand": summary.closed,
                "recurred": summary.recurred,
                "rules": {
                    "title": choice.title,
                    "hash": choice.hash,
                    "rules": choice.rules,
                    "shipped": choice.shipped,
                    "folders": [harmless(folder) for folder in choice.folders],
                    "overrides": harmless(choice.overrides),
                    "by_hand": choice.by_hand,
                },
                "rules_loaded": [
                    {"time": _time(one.time), "hash": one.hash, "outcome": one.outcome}
                    for one in summary.loaded
                ],
                "refused_lines": summary.refused_lines,
                "faults": dict(summary.faults_by_kind),
                "first_faults": summary.line_faults,
                "refused_words": {
                    one.kind: {"count": one.count, "examples": one.examples}
                    for one in summary.refused_words
                },
                "duplicates": summary.duplicates,
                "conflicting_duplicates": summary.conflicts,
                "out_of_order": summary.out_of_order,
                "filters": summary.filters,
                "verified": summary.verified,
                "situation": self._situation,
            }
        )

    def _object(self, members: Mapping[str, Any]) -> None:
        from msgspec.json import encode

        self._write(harmless_json(encode(members).decode(), ascii_only=self._ascii) + "\n")


def _time(time: datetime | None) -> str | None:
    from drivers.journal.encoding import instant

    return None if time is None else instant(time)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def _name(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "subject": finding.subject,
        "severity": finding.rule.severity,
        "title": finding.title,
    }


def _whole(finding: Finding, watch: Watch) -> dict[str, Any]:
    from rules.situation import forbidden_now

    rule = finding.rule
    return {
        "impact": finding.impact,
        "occurrence": finding.occurrence,
        "forbids": [_forbidden(one, watch) for one in forbidden_now(watch.words, [finding])],
        "contact_support": None if rule.support is None else _source(rule.support),
        "steps": [_step(step, finding) for step in watch.steps(finding)],
        "evidence": [_evidence(one) for one in finding.evidence()],
        "concluded": [
            {"fact": one.fact, "value": one.value, "grade": one.grade or None}
            for one in finding.conclusions()
        ],
        "source": _source(rule.source),
        "overridden": list(rule.overridden),
    }


def _open(finding: Finding, watch: Watch) -> dict[str, Any]:
    from tui.session.since_raised import changed_since

    acknowledged = finding.acknowledged
    return {
        **_name(finding),
        "state": finding.state,
        "raised_at": _time(finding.raised_at),
        "recurred_at": [_time(time) for time in finding.recurred_at],
        "unconfirmed_since": _time(finding.unconfirmed_since),
        "acknowledged": None if acknowledged is None else _note(acknowledged),
        "notes": [_note(note) for note in finding.notes],
        **_whole(finding, watch),
        "changed_since": [_since(one) for one in changed_since(watch, finding)],
    }


def _since(one: EvidenceNow) -> dict[str, Any]:
    """A fact that the finding's texts have from the time at which it was raised, and not now."""
    return {
        "fact": one.then.fact,
        "subject": one.then.subject,
        "was": one.then.said or one.then.value,
        "now": one.value,
        "still_heard": one.now.standing == "known",
    }


def _forbidden(forbidden: Forbidden, watch: Watch) -> dict[str, Any]:
    operation = watch.rule_base.operations.get(forbidden.operation)
    return {
        "operation": forbidden.operation,
        "title": operation.title if operation is not None else forbidden.operation,
        "subject": forbidden.subject,
        "text": forbidden.text,
        "source": _source(forbidden.source),
    }


def _step(step: StepNow, finding: Finding) -> dict[str, Any]:
    wait = finding.rule.steps[step.number - 1].wait
    window = step.window
    return {
        "number": step.number,
        "text": step.text,
        "status": step.status,
        "forbidden_now": step.held,
        "confirm": step.confirm or None,
        "confirmed_by": step.confirmed_by or None,
        "wait": None
        if wait is None
        else {
            "from": wait.start,
            "at_least_seconds": _seconds(wait.at_least),
            "at_most_seconds": _seconds(wait.at_most),
            "start": _time(window.start) if window else None,
            "earliest": _time(window.earliest) if window else None,
            "latest": _time(window.latest) if window else None,
        },
        "source": _source(step.source),
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "fact": evidence.fact,
        "value": evidence.value,
        "said": evidence.said or None,
        "subject": evidence.subject,
        "event": evidence.event or None,
        "source": evidence.source or None,
        "time": _time(evidence.time),
        "message": evidence.message or None,
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "document": source.document,
        "section": source.section or None,
        "page": source.page,
        "url": source.url or None,
        "grade": source.grade,
    }


def _note(note: Note) -> dict[str, Any]:
    return {"by": note.by, "at": _time(note.at), "text": note.text}


def _by_severity(counts: Mapping[Any, int]) -> dict[str, int]:
    from rules.vocabulary import SEVERITIES

    return {name: counts.get(name, 0) for name in SEVERITIES}
