"""How instants, durations, sources and values are said in every report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tui.safe_text import harmless

# The rules are imported late, so that a report's first line need not wait for them.
if TYPE_CHECKING:
    from rules.finding import Conclusion, Evidence, Finding
    from rules.rule_base import Fact, Operation, Rule, Source
    from rules.situation import Forbidden, StepNow, WaitWindow
    from rules.values import Value
    from rules.vocabulary import Severity
    from tui.summary import RuleChoice

GLYPHS: Final[dict[str, str]] = {
    "critical": "✖",
    "warning": "▲",
    "notice": "●",
    "information": "·",
}
"""By severity; each has a form in ASCII."""

_INSTANT: Final = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z")
_NAMED_GRADE: Final = {"inferred": "Inferred: ", "guide": "The guide: ", "help": "The help: "}
"""What a reason begins with that its grade, which stands behind it, says as well."""

BOXES: Final[dict[str, str]] = {"done": "[x]", "open": "[ ]", "not sure": "[?]"}
"""By the status of a step."""


def say_log(path: str) -> str:
    """What a log is called; `-` is standard input."""
    return "standard input" if path == "-" else harmless(path)


def say_time(time: datetime) -> str:
    """An instant to the second, such as `2026-11-22 02:14:07Z`."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def say_time_near(time: datetime, now: datetime) -> str:
    """An instant without its day, where that is the day of now."""
    said = say_time(time)
    return said[11:] if said[:10] == say_time(now)[:10] else said


def say_span(span: timedelta) -> str:
    """A length of time in at most two units, such as `2 h 9 min`."""
    seconds = int(span.total_seconds())
    if seconds < 0:
        return "-" + say_span(-span)
    if seconds < 120:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} days {hours} h" if hours else f"{days} days"


def say_count(number: int, one: str, many: str = "") -> str:
    """A number with its noun, thousands apart."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say_severities(counts: Mapping[Severity, int]) -> str:
    """How many of each severity, the worst first; those of which there are none are left out."""
    from rules.vocabulary import SEVERITIES

    return ", ".join(f"{counts[name]:,} {name}" for name in SEVERITIES if counts.get(name))


def say_grade(source: Source) -> str:
    """How a piece of advice is known, in a few words: `guide, page 53`, `inferred`."""
    if source.grade == "inferred":
        return "inferred"
    if source.page is not None:
        return f"{source.grade}, page {source.page}"
    return f"{source.grade}, {harmless(source.section)}" if source.section else source.grade


def say_source(source: Source) -> str:
    """Document, section, page and grade, without the address. What is inferred is said to be."""
    parts = [source.document, source.section]
    if source.page is not None:
        parts.append(f"page {source.page}")
    place = ", ".join(harmless(part) for part in parts if part)
    if source.grade == "inferred":
        return f"inferred; see {place}" if place else "inferred; no document is named"
    return f"{place} (grade: {source.grade})"


def differs(source: Source, rule: Rule) -> bool:
    """Whether a piece of advice is known otherwise than its rule."""
    return source != rule.source


def say_prohibition(forbidden: Forbidden, operations: Mapping[str, Operation]) -> str:
    """What must not be done, to stand behind `DO NOT`, with its reason and how it is known."""
    finding = forbidden.finding
    what = operation_title(operations, forbidden.operation)
    where = "" if forbidden.subject == finding.subject else f" on {harmless(forbidden.subject)}"
    reason = say_reason(forbidden)
    return f"{what}{where}{': ' + reason if reason else ''} ({say_grade(forbidden.source)})"


def say_reason(forbidden: Forbidden) -> str:
    """Why something is forbidden, without the grade that is said behind it; may be empty."""
    said = _NAMED_GRADE.get(forbidden.source.grade, "")
    return say_prose(forbidden.text.removeprefix(said))


def say_prose(text: str, now: datetime | None = None) -> str:
    """A rule's text; the instants that facts have put into it are said as everywhere else."""
    today = say_time(now)[:10] if now else ""

    def near(found: re.Match[str]) -> str:
        day = "" if found[1] == today else f"{found[1]} "
        return f"{day}{found[2]}Z"

    return _INSTANT.sub(near, harmless(text))


def operation_title(operations: Mapping[str, Operation], name: str) -> str:
    """What an operation is called inside a sentence."""
    operation = operations.get(name)
    title = harmless(operation.title if operation is not None and operation.title else name)
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def say_wait(step: StepNow, finding: Finding, now: datetime, *, rest: bool) -> str:
    """When a step's wait may end, or that it has not started; with what is left of it now, where
    now is the time that the reader asks about and not one that is told of."""
    wait = finding.rule.steps[step.number - 1].wait
    assert wait is not None
    length = _say_length(wait.at_least, wait.at_most)
    if step.window is None:
        return f"{length} from {harmless(wait.start)}: not started"
    start = f"{length} from {say_time_near(step.window.start, now)}"
    if step.status == "done":
        return start
    return f"{start}: {_say_rest(step.window, now) if rest else _say_window(step.window, now)}"


def _say_window(window: WaitWindow, now: datetime) -> str:
    earliest = say_time_near(window.earliest, now) if window.earliest else ""
    latest = say_time_near(window.latest, now) if window.latest else ""
    if earliest and latest:
        return f"{earliest} to {latest}"
    return f"not before {earliest}" if earliest else f"until {latest}"


def _say_length(at_least: timedelta | None, at_most: timedelta | None) -> str:
    if any(span is not None and span.microseconds for span in (at_least, at_most)):
        from rules.values import show_duration

        ends = (("at least", at_least), ("at most", at_most))
        return " and ".join(f"{word} {show_duration(span)}" for word, span in ends if span)
    if not at_least:
        return f"at most {say_span(at_most or timedelta(0))}"
    if at_most is None:
        return f"at least {say_span(at_least)}"
    low, _, unit = say_span(at_least).partition(" ")
    high, _, other = say_span(at_most).partition(" ")
    if unit == other:
        return f"{low} to {high} {unit}"
    return f"{say_span(at_least)} to {say_span(at_most)}"


def _say_rest(window: WaitWindow, now: datetime) -> str:
    if window.earliest is not None and now < window.earliest:
        said = f"not before {say_time_near(window.earliest, now)}"
        return f"{said}, {say_span(window.earliest - now)} left"
    if window.latest is None:
        return "over"
    if now < window.latest:
        return f"until {say_time_near(window.latest, now)}, {say_span(window.latest - now)} left"
    return f"over since {say_time_near(window.latest, now)}"


def say_fact(evidence: Evidence, catalogue: Mapping[str, Fact], now: datetime) -> str:
    """A fact and its value; a word that the catalogue does not know stands as it was said."""
    from rules.wording import say_value

    name = harmless(evidence.fact)
    if evidence.said:
        said = say_value(evidence.said, None)
        return f"{name} = {said}, which the catalogue does not know"
    return f"{name} = {_say_value(evidence.value, catalogue.get(evidence.fact), now)}"


def say_conclusion(conclusion: Conclusion, catalogue: Mapping[str, Fact], now: datetime) -> str:
    """A derived fact, its value, and how well it is known that it follows."""
    value = _say_value(conclusion.value, catalogue.get(conclusion.fact), now)
    grade = f" ({conclusion.grade})" if conclusion.grade else ""
    return f"{harmless(conclusion.fact)} = {value}{grade}"


def _say_value(value: Value | None, fact: Fact | None, now: datetime) -> str:
    from rules.wording import say_value

    if fact is not None and fact.type == "instant":
        return say_prose(say_value(value, fact), now)
    said = harmless(say_value(value, fact))
    if fact is None or type(value) is not int or value != 1 or not fact.unit.endswith("s"):
        return said
    return said[:-2] if fact.unit.endswith("sses") else said[:-1]


def say_behind(evidence: Evidence, catalogue: Mapping[str, Fact], now: datetime) -> str:
    """A fact behind a derived one, shortly: its value, when it was said, and by whom."""
    said = say_fact(evidence, catalogue, now)
    if evidence.time is None:
        return said if evidence.value is None else f"{said}, by default"
    return f"{said}, {say_time_near(evidence.time, now)} {harmless(evidence.source)}"


def split_evidence(finding: Finding) -> tuple[list[Evidence], list[Evidence]]:
    """The facts that the rule itself looks at, and those that stand behind derived ones."""
    from rules.pattern import facts_named

    evidence = finding.evidence()
    if finding.noticed:
        return evidence, []
    named = set(facts_named(finding.rule.when))
    return (
        [one for one in evidence if one.fact in named],
        [one for one in evidence if one.fact not in named],
    )


def group_by_origin(evidence: list[Evidence]) -> list[tuple[Evidence | None, list[Evidence]]]:
    """Facts by the event that set them, the oldest first; those that nobody said come last.

    Of each event, the first of its facts stands for all: they name it alike.
    """
    groups: dict[tuple[datetime, str, str], list[Evidence]] = {}
    unsaid = []
    for one in evidence:
        if one.time is None:
            unsaid.append(one)
        else:
            groups.setdefault((one.time, one.source, one.event), []).append(one)
    grouped: list[tuple[Evidence | None, list[Evidence]]]
    grouped = [(facts[0], facts) for _, facts in sorted(groups.items(), key=lambda item: item[0])]
    return [*grouped, (None, unsaid)] if unsaid else grouped


def say_origin(evidence: Evidence, now: datetime) -> str:
    """When a fact was said, by whom, with what message, and in which event."""
    assert evidence.time is not None
    said = f"{say_time_near(evidence.time, now)} {harmless(evidence.source)}"
    if evidence.message:
        said += f": {harmless(evidence.message)}"
    return f"{said} (event {harmless(evidence.event)})"


def say_unsaid(facts: list[Evidence], catalogue: Mapping[str, Fact], now: datetime) -> list[str]:
    """Facts that no event set: those that are not known, and those that have a default."""
    unknown = [harmless(fact.fact) for fact in facts if fact.value is None]
    said = [f"not known: {', '.join(unknown)}"] if unknown else []
    defaults = [say_fact(fact, catalogue, now) for fact in facts if fact.value is not None]
    return [*said, f"by default: {', '.join(defaults)}"] if defaults else said


def say_overridden(rule: Rule) -> str:
    """What a site's override file has changed in a rule."""
    return ", ".join(harmless(part) for part in rule.overridden)


def say_rules(choice: RuleChoice) -> str:
    """Which rules judge, to stand behind `judged by`, and whether by hand (law 13)."""
    parts = ["the shipped rules"] if choice.shipped else []
    parts += [f"the rules in {harmless(folder)}" for folder in choice.folders]
    if choice.overrides:
        parts.append(f"the overrides in {harmless(choice.overrides)}")
    said = f"{' and '.join(parts)}, {choice.hash}: {harmless(choice.title)}"
    if choice.by_hand:
        return f"{said} (given by hand: the whole log, whatever it was recorded under)"
    return said


def say_state(finding: Finding, now: datetime) -> list[str]:
    """What has become of an open finding, but for its steps."""
    said = []
    if finding.unconfirmed_since is not None:
        said.append(f"not confirmed since {say_time_near(finding.unconfirmed_since, now)}")
    if finding.recurred_at:
        said.append(f"happened again {say_time_near(finding.recurred_at[-1], now)}")
    if (note := finding.acknowledged) is not None:
        words = f": {harmless(note.text)}" if note.text else ""
        said.append(f"acknowledged {say_time_near(note.at, now)} by {harmless(note.by)}{words}")
    return said
