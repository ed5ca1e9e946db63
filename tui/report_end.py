"""The lines of a summary, shared by the reports that people read."""

from __future__ import annotations

from typing import Final

from rules.vocabulary import SEVERITIES
from tui.phrases import say_count, say_log, say_rules, say_severities, say_span, say_time
from tui.safe_text import harmless
from tui.summary import LoadedRules, Summary

_EXAMPLES_SHOWN: Final = 5

_OUTCOMES: Final = {
    "same": "the rules that judge here",
    "taken": "kept beside the log and taken from there",
    "by hand": "not taken, because rules were given by hand",
    "not kept": "not kept beside the log: what follows is judged by other rules than then",
    "damaged": "kept beside the log, but damaged: what follows is judged by other rules than then",
}


def summary_lines(summary: Summary) -> list[tuple[str, str]]:
    """Name and text of each line; what there is none of is left out, but never the findings."""
    lines = [("log" if len(summary.logs) == 1 else "logs", ", ".join(map(say_log, summary.logs)))]
    lines += _time_lines(summary)
    lines += _finding_lines(summary)
    lines += _refused_lines(summary)
    judged_by = say_rules(summary.rules)
    if any(loaded.outcome == "taken" for loaded in summary.loaded):
        judged_by += "; then by those that the log names and that were kept beside it"
    lines.append(("judged by", judged_by))
    lines += [("", _say_loaded(loaded)) for loaded in summary.loaded]
    if summary.filters:
        lines.append(("shown", f"only {', '.join(summary.filters)}; counted is everything"))
    if summary.verified:
        lines.append(("verified", "the plain evaluator came to the same at every event"))
    return lines


def _time_lines(summary: Summary) -> list[tuple[str, str]]:
    if summary.first is None:
        return [("events", "none")]
    if summary.last is None:
        begins = f"the log begins at {say_time(summary.first)}"
        return [("events", f"none up to {say_time(summary.until or summary.first)}; {begins}")]
    span = say_span(summary.last - summary.first)
    lines = [("time", f"{say_time(summary.first)} to {say_time(summary.last)}, {span}")]
    if summary.until is not None:
        lines.append(("ends at", f"{say_time(summary.until)}, as was asked"))
    about = say_count(summary.subjects, "subject")
    lines.append(("events", f"{summary.events:,} about {about}"))
    return lines


def _finding_lines(summary: Summary) -> list[tuple[str, str]]:
    lines = []
    for name, counts in (
        ("raised", summary.raised),
        ("resolved", summary.resolved),
        ("still open", summary.open),
    ):
        said = say_severities({severity: counts.get(severity, 0) for severity in SEVERITIES})
        if name == "resolved" and summary.closed:
            said += f"; {summary.closed} of them closed by hand"
        lines.append((name, said or "none"))
    if summary.recurred:
        lines.append(("again", say_count(summary.recurred, "new occurrence")))
    return lines


def _refused_lines(summary: Summary) -> list[tuple[str, str]]:
    lines = []
    if summary.refused_lines:
        count = say_count(summary.refused_lines, "line")
        lines.append(("refused", f"{count} could not be read"))
    shown = summary.line_faults[:_EXAMPLES_SHOWN]
    lines += [("", harmless(fault)) for fault in shown]
    total = sum(summary.faults_by_kind.values())
    if total > len(shown) and shown:
        lines.append(("", f"and {total - len(shown):,} more faults of lines"))
    for refused in summary.refused_words:
        examples = ", ".join(map(harmless, refused.examples[:_EXAMPLES_SHOWN]))
        lines.append(("refused", f"{refused.count:,} {refused.kind}: {examples}"))
    if summary.duplicates:
        lines.append(("duplicates", f"{say_count(summary.duplicates, 'event')} dropped"))
    if summary.conflicts:
        count = say_count(summary.conflicts, "event")
        lines.append(("conflicts", f"{count} dropped that came under an id used before"))
    if summary.out_of_order:
        count = say_count(summary.out_of_order, "event")
        lines.append(("out of order", f"{count}, taken at the time of the one before"))
    return lines


def _say_loaded(loaded: LoadedRules) -> str:
    outcome = _OUTCOMES[loaded.outcome]
    return f"{say_time(loaded.time)} loaded {harmless(loaded.hash) or 'no hash'}: {outcome}"
