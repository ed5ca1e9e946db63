"""What there is to read about a finding, a rule, a subject's facts, and the screen itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from rules.explain import Explanation, Part
from rules.rule_base import Rule, Source
from rules.vocabulary import Truth
from tui.phrases import say_grade, say_source
from tui.safe_text import harmless, wrap
from tui.screen.keys import EVERYWHERE, Keys, Place
from tui.screen.lines import Line, Look, Role, Span, pad
from tui.screen.say import clock_of, forbidden_line, near, step_spans, value_span
from tui.session.snapshot import (
    Explained,
    FactRow,
    Facts,
    FindingDetail,
    FindingKey,
    Snapshot,
    WhatIf,
)


class ToEvent(NamedTuple):
    """Leads to the line of an event."""

    event: str
    time: datetime


class ToFinding(NamedTuple):
    """Leads to a finding."""

    key: FindingKey


class ToRule(NamedTuple):
    """Leads to a rule, explained on a subject."""

    rule: str
    subject: str


class ToFact(NamedTuple):
    """Leads to a fact, to suppose another value."""

    subject: str
    fact: str


class ToAction(NamedTuple):
    """Leads to an action."""

    name: str


class ToSubject(NamedTuple):
    """Leads to a subject's facts."""

    subject: str


Target: TypeAlias = ToEvent | ToFinding | ToRule | ToFact | ToAction | ToSubject | None


class Row(NamedTuple):
    """A line of a text, and what Enter leads to from it."""

    line: Line
    target: Target = None

    @property
    def text(self) -> str:
        """What a filter looks at."""
        return "".join(span.text for span in self.line)


def heading(text: str) -> Row:
    """The title of a section."""
    return Row((Span(text, "focus"),))


EMPTY: Final = Row(())


def paragraph(
    text: str,
    columns: int,
    role: Role = "plain",
    *,
    first: str = "",
    rest: str = "",
    target: Target = None,
) -> Iterator[Row]:
    """A text broken into lines."""
    for line in wrap(harmless(text), max(16, columns), first=first, rest=rest):
        yield Row((Span(line, role),), target)


def finding_text(detail: FindingDetail, now: datetime | None, columns: int, key: str) -> list[Row]:
    """Everything about a finding: what it means, what to do and not to do, and whence it comes."""
    row, rule = detail.row, detail.rule
    rows = [Row((Span(f"{row.severity.upper()}  ", row.severity), Span(row.title, "strong")))]
    rows += paragraph(
        f"{row.key.subject}, raised {near(row.raised_at, now)}{_state(detail, now)}", columns, "dim"
    )
    if detail.impact:
        rows += [EMPTY, heading("What it means")]
        rows += paragraph(detail.impact, columns)
    if detail.forbids:
        rows += [EMPTY, heading("What must not be done")]
        for one in detail.forbids:
            rows.append(Row(forbidden_line(one, columns, row.key.subject)))
            if one.text:
                rows += paragraph(one.text, columns, first="  ", rest="  ")
    rows += [EMPTY, heading("What to do")]
    if rule.support is not None:
        said = f"Contact support ({say_grade(rule.support)})"
        rows.append(Row((Span(said, "warning"),)))
    for step in detail.steps:
        text, right = step_spans(step, now, f"press {key}")
        role: Role = "dim" if step.status == "done" else "plain"
        rows += paragraph(text, columns, role, rest="      ")
        asides = [right] if right else []
        if step.source != rule.source:
            asides.append(say_grade(step.source))
        if asides:
            rows.append(Row((Span("      " + ", ".join(asides), "focus"),)))
    if not detail.steps:
        rows.append(Row((Span("no steps are known", "dim"),)))
    rows += [
        EMPTY,
        heading("Evidence: what made it hold, and how that stands now (Enter: the event)"),
    ]
    rows += _evidence(detail, now, columns)
    for note in detail.notes:
        rows += paragraph(
            f"{near(note.at, now)} {note.by}: {note.text}", columns, first="note ", rest="     "
        )
    rows += [EMPTY, heading("Where this is written")]
    rows += paragraph(say_source(rule.source), columns)
    if rule.overridden:
        rows += paragraph("changed by this site: " + ", ".join(rule.overridden), columns, "warning")
    if rule.cases:
        rows += paragraph("cases: " + ", ".join(rule.cases), columns, "dim")
    rows += [EMPTY, *rule_text(rule, columns)]
    return rows


def _state(detail: FindingDetail, now: datetime | None) -> str:
    row = detail.row
    said = ""
    if row.unconfirmed_since is not None:
        said += f"; not confirmed since {near(row.unconfirmed_since, now)}"
    if detail.recurred_at:
        said += f"; happened again {near(detail.recurred_at[-1], now)}"
    if (note := row.acknowledged) is not None:
        said += f"; acknowledged {near(note.at, now)} by {note.by}"
        said += f": {note.text}" if note.text else ""
    if row.suppressed_by:
        said += f"; arranged beneath {row.suppressed_by}"
    return said


def _evidence(detail: FindingDetail, now: datetime | None, columns: int) -> Iterator[Row]:
    for one in detail.evidence:
        then = one.then
        value = then.said or ("not known" if then.value is None else _plain(then.value))
        target = ToEvent(then.event, then.time) if then.event and then.time else None
        spans = [Span(f"{then.fact} = {value}")]
        if one.now.text and one.now.text != value:
            spans += [Span("  now "), value_span(one.now)]
        elif one.now.standing == "last known":
            spans.append(Span("  (last known)", "dim"))
        yield Row(tuple(spans), target)
        if then.time is not None:
            said = f"{near(then.time, now)} {then.source}" + (
                f": {then.message}" if then.message else ""
            )
            yield from paragraph(said, columns, "dim", first="  ", rest="  ", target=target)


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def rule_text(rule: Rule, columns: int) -> list[Row]:
    """A rule as its file has it."""
    rows = [heading(f"The rule: {rule.id} ({rule.place.file}:{rule.place.line})")]
    for line in rule.text.rstrip().splitlines():
        rows += paragraph(line, columns, "dim", rest="        ")
    return rows


_TRUTHS: Final[dict[Truth, tuple[str, Role]]] = {
    Truth.TRUE: ("true   ", "good"),
    Truth.FALSE: ("false  ", "warning"),
    Truth.UNKNOWN: ("unknown", "notice"),
}


def explanation_text(explained: Explained, columns: int) -> list[Row]:
    """Why a rule holds on a subject, or not, and what would change that."""
    said = {
        Truth.TRUE: "holds",
        Truth.FALSE: "does not hold",
        Truth.UNKNOWN: "cannot be judged: facts are missing",
    }[explained.truth]
    rule = explained.rule
    rows = [Row((Span(rule.title, "strong"),))]
    rows += paragraph(f"{rule.id} on {explained.subject} {said}", columns, rule.severity)
    rows += [EMPTY, heading("When"), *_parts(explained.when, columns, explained.subject)]
    rows += _change(explained.when, columns, explained.subject)
    if explained.until is not None:
        rows += [
            EMPTY,
            heading("It stands until"),
            *_parts(explained.until, columns, explained.subject),
        ]
        rows += _change(explained.until, columns, explained.subject, "It would end with")
    rows += [EMPTY, heading("Where this is written"), *paragraph(say_source(rule.source), columns)]
    return [*rows, EMPTY, *rule_text(rule, columns)]


def _parts(explanation: Explanation, columns: int, subject: str) -> Iterator[Row]:
    yield from _part(explanation.root, 0, columns, subject)
    if explanation.next_flip is not None:
        yield Row(
            (
                Span(
                    f"time alone may change it at {clock_of(explanation.next_flip, day=True)}",
                    "notice",
                ),
            )
        )


def _part(part: Part, depth: int, columns: int, subject: str) -> Iterator[Row]:
    word, role = _TRUTHS[part.truth]
    target = ToFact(subject, part.fact) if part.fact and part.kind == "condition" else None
    text = f"{'  ' * min(depth, 12)}{part.text}" + (f" ({part.now})" if part.now else "")
    indent = " " * 8 + "  " * min(depth + 1, 13)
    for number, line in enumerate(wrap(harmless(text), max(16, columns - 8), rest=indent[8:])):
        lead = Span(f"{word} " if number == 0 else " " * 8, role)
        yield Row((lead, Span(line)), target)
    if depth < 12:
        for inner in part.parts:
            if inner.decisive:
                yield from _part(inner, depth + 1, columns, subject)


def _change(
    explanation: Explanation, columns: int, subject: str, lead: str = "It would hold with"
) -> Iterator[Row]:
    if explanation.truth == Truth.TRUE:
        return
    smallest = explanation.smallest
    yield EMPTY
    if not smallest.found:
        yield Row(
            (
                Span(
                    "No change of facts would do"
                    if smallest.exact
                    else "No small change was found",
                    "dim",
                ),
            )
        )
        return
    number = len(smallest.requirements)
    manner = "" if smallest.exact else ", for one,"
    yield heading(f"{lead}{manner} {'this fact' if number == 1 else f'these {number} facts'}")
    for requirement in smallest.requirements:
        target = ToFact(subject, requirement.fact)
        yield from paragraph(requirement.text, columns, first="  ", rest="    ", target=target)


def facts_text(facts: Facts, columns: int) -> list[Row]:
    """All facts of a subject: those that are known first."""
    known = [row for row in facts.rows if row.cell.text]
    unknown = [row for row in facts.rows if not row.cell.text]
    wide = min(34, max((len(row.name) for row in facts.rows), default=10), columns // 2)
    rows = [_fact_row(facts.subject, row, wide, columns) for row in known]
    if unknown:
        rows += [EMPTY, heading(f"Not known ({len(unknown)})")]
        rows += [_fact_row(facts.subject, row, wide, columns) for row in unknown]
    return rows


def _fact_row(subject: str, row: FactRow, wide: int, columns: int) -> Row:
    value = value_span(row.cell)
    if row.supposed:
        value = Span(f"{value.text} supposed", "supposed")
    by = " concluded" if row.derived else f" {row.said_by}" if row.said_by else ""
    if row.said_at is not None and columns >= 100:
        by += f" {clock_of(row.said_at)}"
    room = max(8, columns - wide - 2 - len(by))
    name = pad(row.name, wide)
    return Row(
        (Span(name + " "), Span(pad(value.text, room), value.role), Span(by, "dim")),
        ToFact(subject, row.name),
    )


def fact_meaning(row: FactRow) -> str:
    """What a fact means and what it can be, in one line."""
    said = row.meaning
    if row.values:
        said += f" [{', '.join(row.values)}]"
    elif row.type == "bool":
        said += " [true, false]"
    elif row.type == "instant":
        said += " [2026-11-22T02:14:07Z]"
    elif row.type == "duration":
        said += " [90s, 45m, 24h]"
    return said


def what_if_text(what_if: WhatIf, look: Look, columns: int) -> list[Row]:
    """What is supposed, and what would follow from it."""
    rows = [heading("Supposed (nothing is recorded)")]
    for one in what_if.suppositions:
        value = "unknown" if one.value is None else _plain(one.value)
        rows.append(
            Row(
                (Span(f"  {one.subject} {one.fact} = {value}", "supposed"),),
                ToFact(one.subject, one.fact),
            )
        )
    if what_if.later_seconds:
        rows.append(Row((Span(f"  {what_if.later_seconds / 60:g} min later", "supposed"),)))
    if not what_if.suppositions and not what_if.later_seconds:
        rows.append(Row((Span("  nothing yet", "dim"),)))
    for title, findings in (("Would be raised", what_if.raised), ("Would end", what_if.resolved)):
        rows += [EMPTY, heading(title)]
        rows += [
            Row(
                (
                    Span(f"  {look.glyph(row.severity)} {row.severity} ", row.severity),
                    Span(row.title),
                    Span(f"  {row.key.subject}", "dim"),
                ),
                ToFinding(row.key),
            )
            for row in findings
        ] or [Row((Span("  nothing", "dim"),))]
    for title, prohibitions in (
        ("Would be forbidden as well", what_if.forbidden),
        ("Would no longer be forbidden", what_if.allowed),
    ):
        rows += [EMPTY, heading(title)]
        shown = dict.fromkeys((one.title or one.operation, one.subject) for one in prohibitions)
        rows += [Row((Span(f"  {name} on {subject}"),)) for name, subject in shown] or [
            Row((Span("  nothing", "dim"),))
        ]
    return rows


def rules_text(snapshot: Snapshot, look: Look, columns: int, subject: str) -> list[Row]:
    """All rules; Enter explains one on a subject that it is judged on."""
    open_on: dict[str, list[FindingKey]] = {}
    for row in snapshot.findings:
        open_on.setdefault(row.key.rule, []).append(row.key)
    blind = dict(snapshot.blind_rules)
    rows = []
    for rule in snapshot.rule_base.rules:
        on = open_on.get(rule.id, [])
        state = f"open on {len(on)}" if on else ""
        if not on and blind.get(rule.id):
            state = f"not judged on {blind[rule.id]}"
        where = on[0].subject if on else subject_for(snapshot, rule.scope, subject)
        line = (
            Span(look.glyph(rule.severity), rule.severity),
            Span(" " + pad(rule.id, 34)),
            Span(" " + pad(rule.title, max(8, columns - 37 - len(state) - 1)), "dim"),
            Span(state, "warning" if on else "notice"),
        )
        rows.append(Row(line, ToRule(rule.id, where) if where else None))
    return rows


def subject_for(snapshot: Snapshot, scope: str, near_subject: str) -> str:
    """A subject of a scope: the one that is looked at where it fits, else the first."""
    if near_subject.partition("/")[0] == scope:
        return near_subject
    return next((name for name in snapshot.subjects if name.partition("/")[0] == scope), "")


def blind_text(snapshot: Snapshot, look: Look, columns: int, subject: str) -> list[Row]:
    """Every rule that cannot be judged; Enter says what is missing."""
    rules = {rule.id: rule for rule in snapshot.rule_base.rules}
    rows = []
    for name, count in snapshot.blind_rules:
        rule = rules.get(name)
        if rule is None:
            continue
        where = subject_for(snapshot, rule.scope, subject)
        line = (
            Span(look.glyph("unknown") + " ", "notice"),
            Span(pad(name, 34)),
            Span(pad(rule.title, max(8, columns - 50)), "dim"),
            Span(f" on {count} {rule.scope}{'s' if count != 1 else ''}", "notice"),
        )
        rows.append(Row(line, ToRule(name, where) if where else None))
    return rows or [Row((Span("every rule can be judged on every subject", "dim"),))]


def log_text(snapshot: Snapshot, columns: int) -> list[Row]:
    """Sources, what was refused and what was wrong, in the log and in the rule files."""
    rows = [heading("Sources")]
    for source in snapshot.sources:
        at = f", heard {near(source.heard_at, snapshot.time)}" if source.heard_at else ""
        rows.append(Row((Span(f"  {source.name}: {source.condition}{at}"),)))
    if not snapshot.sources:
        rows.append(Row((Span("  none was heard", "dim"),)))
    rows += [EMPTY, heading("Rules")]
    base = snapshot.rule_base
    rows += paragraph(
        f"{base.title or base.id}, {len(base.rules)} rules, {base.hash}", columns, first="  "
    )
    if snapshot.rule_faults:
        rows += paragraph(
            "The files as they are now cannot be used; the last good rules are in force:",
            columns,
            "critical",
            first="  ",
            rest="  ",
        )
    for fault in snapshot.rule_faults[:200]:
        rows += paragraph(fault, columns, "warning", first="  ", rest="    ")
    rows += [
        EMPTY,
        heading(f"Lines of the log that could not be read ({snapshot.log_fault_count})"),
    ]
    for fault in snapshot.log_faults:
        rows += paragraph(fault, columns, first="  ", rest="    ")
    if snapshot.log_fault_count > len(snapshot.log_faults):
        more = snapshot.log_fault_count - len(snapshot.log_faults)
        rows.append(Row((Span(f"  and {more} more", "dim"),)))
    rows += [EMPTY, heading("What the engine passed over")]
    rows += [Row((Span(f"  {name}: {count}"),)) for name, count in snapshot.counts] or [
        Row((Span("  nothing", "dim"),))
    ]
    return rows


def help_text(keys: Keys, place: Place, columns: int, *, replay: bool, look: Look) -> list[Row]:
    """The keys of a place, those that are of use there first; and what the signs mean."""
    entries = keys.in_place(place, replay=replay)
    own = [entry for entry in entries if entry[0].places != EVERYWHERE]
    common = [entry for entry in entries if entry[0].places == EVERYWHERE and not entry[0].replay]
    pace = [entry for entry in entries if entry[0].replay]
    rows: list[Row] = []
    for title, group in (("Here", own), ("Everywhere", common), ("In a replay", pace)):
        if not group:
            continue
        rows.append(heading(title))
        for action, names in group:
            line = (Span("  " + pad("  ".join(names), 18), "strong"), Span(action.says))
            rows.append(Row(line, ToAction(action.name)))
        rows.append(EMPTY)
    rows.append(heading("Signs"))
    signs: Sequence[tuple[str, Role, str]] = (
        ("critical", "critical", "critical, failed, lost"),
        ("warning", "warning", "warning, degraded, versions differ"),
        ("notice", "notice", "notice"),
        ("information", "information", "information"),
        ("good", "good", "good; on the bar: resolved"),
        ("unknown", "dim", "unknown; a value with ? behind it is the last that a lost source said"),
    )
    for name, role, says in signs:
        rows.append(Row((Span(f"  {look.glyph(name)}  ", role), Span(says))))
    rows += [EMPTY, *_problems(keys, columns)]
    return rows


def _problems(keys: Keys, columns: int) -> Iterable[Row]:
    if keys.problems:
        yield heading("What is wrong with the configuration of keys")
        for problem in keys.problems:
            yield from paragraph(problem, columns, "warning", first="  ", rest="    ")


def markdown_of(detail: FindingDetail) -> str:
    """A finding as Markdown for a ticket or a chat; texts from outside are made plain."""
    row, rule = detail.row, detail.rule
    lines = [
        f"# {_md(row.title)}",
        "",
        f"**{row.severity}** on `{_code(row.key.subject)}`, "
        f"raised {clock_of(row.raised_at, day=True)}",
        "",
    ]
    if detail.impact:
        lines += [_md(detail.impact), ""]
    if detail.forbids:
        lines += ["## Do not", ""]
        lines += [
            f"- {_md(one.title or one.operation)} ({_md(say_grade(one.source))})"
            for one in detail.forbids
        ]
        lines.append("")
    lines += ["## Do", ""]
    for step in detail.steps:
        box = "x" if step.status == "done" else " "
        lines.append(f"{step.number}. [{box}] {_md(step.text)} ({_md(say_grade(step.source))})")
    lines += ["", "## Evidence", ""]
    for one in detail.evidence:
        value = "unknown" if one.then.value is None else _plain(one.then.value)
        at = f", {clock_of(one.then.time, day=True)} {one.then.source}" if one.then.time else ""
        lines.append(f"- `{one.then.fact}` = `{_code(one.then.said or value)}`{_md(at)}")
    lines += ["", "## Source", "", _md(_source(rule.source)), ""]
    return "\n".join(lines)


def _source(source: Source) -> str:
    return say_source(source)


def _md(text: str) -> str:
    return "".join("\\" + one if one in "\\`*_{}[]<>#|" else one for one in harmless(text))


def _code(text: str) -> str:
    return harmless(text).replace("`", "'")
