"""Going from place to place: findings, explanations, facts, what-if, events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rules.values import read_duration
from tui.safe_text import cut, harmless
from tui.screen.keys import BY_NAME, Place
from tui.screen.lines import Span
from tui.screen.places.board import Board
from tui.screen.places.place import PlaceScreen
from tui.screen.places.reading import FindingText, Reading
from tui.screen.places.wide import WideTimeline
from tui.screen.say import near
from tui.screen.texts.explanation import explanation_text
from tui.screen.texts.facts import fact_meaning, facts_text
from tui.screen.texts.finding import finding_text
from tui.screen.texts.rows import (
    EMPTY,
    Row,
    Target,
    ToAction,
    ToEvent,
    ToFact,
    ToFinding,
    ToRule,
    ToSubject,
    heading,
    paragraph,
)
from tui.screen.texts.what_if import what_if_text
from tui.session import commands
from tui.session.snapshot import FindingKey, Snapshot
from tui.session.timeline import TimelineLine

if TYPE_CHECKING:
    from tui.screen.action_host import ActionHost


def open_finding(app: ActionHost) -> None:
    """The finding in full."""
    screen = app.screen
    key = screen.finding_key() if isinstance(screen, PlaceScreen) else None
    if key is None:
        return
    app.send(commands.OpenFinding(key))
    confirm = next(iter(app.keys.of("confirm")), "confirm")

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row] | None:
        detail = snapshot.detail
        if detail is None or detail.row.key != key:
            open_now = any(row.key == key for row in snapshot.findings)
            return None if open_now else [Row((Span("It is resolved now."),))]
        return finding_text(detail, app.shown_time(snapshot), columns, confirm)

    app.enter(FindingText(app, f"Finding {key.rule}", make, key=key))


def explain(app: ActionHost, rule: str, subject: str) -> None:
    """Why a rule holds on a subject, or not."""
    app.send(commands.Explain(rule, subject))

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row] | None:
        explained = snapshot.explained
        if explained is None or (explained.rule.id, explained.subject) != (rule, subject):
            return None
        return explanation_text(explained, columns)

    key = FindingKey(rule, subject)
    title = f"Why {rule} on {subject.partition('/')[2]}"
    leave = lambda: app.send(commands.Explain())  # noqa: E731
    app.enter(FindingText(app, title, make, key=key, leave=leave))


def browse(app: ActionHost, subject: str) -> None:
    """All facts of a subject."""
    if not subject:
        app.tell("No subject is known yet", failed=True)
        return
    app.send(commands.BrowseFacts(subject))

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row] | None:
        facts = snapshot.facts
        if facts is None or facts.subject != subject:
            return None
        return facts_text(facts, columns)

    leave = lambda: app.send(commands.BrowseFacts())  # noqa: E731
    app.enter(FactsReading(app, f"Facts of {subject}", make, subject=subject, leave=leave))


def suppose(app: ActionHost, subject: str) -> None:
    """The what-if page."""
    if app.snapshot is None:
        return
    subject = subject or next(iter(app.snapshot.subjects), "")
    if not subject:
        app.tell("No subject is known yet", failed=True)
        return
    if any(isinstance(screen, WhatIfReading) for screen in app.screen_stack):
        app.tell("You are in what-if already: Esc leads back to it")
        return
    app.send(commands.SupposeLater(0.0))

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row] | None:
        if snapshot.what_if is None:
            return None
        hints = [
            Row(
                (Span(f"Suppose a fact of {subject} …", "focus"),),
                ToSubject(subject),
            ),
            Row(
                (Span("Suppose that time passes …", "focus"),),
                ToAction("later"),
            ),
            EMPTY,
        ]
        return hints + what_if_text(snapshot.what_if, app.look, columns)

    leave = lambda: app.send(commands.EndWhatIf())  # noqa: E731
    app.enter(WhatIfReading(app, "What if", make, subject=subject, leave=leave))


def follow(app: ActionHost, target: Target) -> None:
    """Go to what a row leads to."""
    match target:
        case ToEvent(event, time):
            to_event(app, event, time)
        case ToFinding(key):
            to_board(app).choose(key)
        case ToRule(rule, subject):
            explain(app, rule, subject)
        case ToSubject(subject):
            browse(app, subject)
        case ToFact(subject, _):
            browse(app, subject)
        case ToAction("later"):
            app.ask("how much later (90m, 24h):", lambda text: later(app, text))
        case ToAction(name):
            if isinstance(app.screen, Reading):
                app.screen.leave()
            app.act(BY_NAME[name])
        case _:
            return


def later(app: ActionHost, text: str) -> None:
    """Suppose that so much time passes."""
    try:
        app.send(commands.SupposeLater(read_duration(text.strip()).total_seconds()))
    except ValueError as error:
        app.tell(f"{text} {error}", failed=True)


def to_board(app: ActionHost) -> Board:
    """Leave all places above the board."""
    while not isinstance(app.screen, Board):
        if isinstance(app.screen, Reading):
            app.screen.leave()
        else:
            app.pop_screen()
    return app.screen


def to_event(app: ActionHost, event: str, time: datetime) -> None:
    """The timeline, at the line of an event."""
    snapshot = app.snapshot
    if snapshot is None:
        return
    line = snapshot.timeline.find_event(event, time, snapshot.timeline_length)
    if line is None or line >= snapshot.timeline_length:
        app.tell("That event is not held in the timeline any more", failed=True)
        return
    app.enter(WideTimeline(app, line))


def open_line(app: ActionHost, line: TimelineLine | None) -> None:
    """What a line of the timeline is about."""
    if line is None or app.snapshot is None:
        return
    if line.kind != "event" and line.rule:
        key = FindingKey(line.rule, line.subject)
        if any(row.key == key for row in app.snapshot.findings):
            to_board(app).choose(key)
            open_finding(app)
        else:
            explain(app, line.rule, line.subject)
        return
    store = app.snapshot.timeline.store
    timeline = app.snapshot.timeline
    number = line.number

    def make(snapshot: Snapshot, columns: int) -> Sequence[Row]:
        rows = [
            Row((Span(f"{near(line.time, None)} {line.subject}", "strong"),)),
            *paragraph(line.text, columns),
        ]
        found = timeline.event_of_line(number)
        if found is None:
            return rows
        raw = store.line(found)
        text = raw[:100_000].decode("utf-8", "backslashreplace")
        rows += [EMPTY, heading("As the journal has it")]
        return [*rows, *paragraph(text, columns, "dim")]

    app.enter(Reading(app, "Event", make, subject=line.subject))


class FactsReading(Reading):
    """The facts of a subject; Enter supposes another value."""

    place: ClassVar[Place] = "facts"

    def open(self, target: Target) -> None:
        """Suppose another value of the fact."""
        app = self.watch_app
        if not isinstance(target, ToFact) or app.snapshot is None:
            return
        facts = app.snapshot.facts
        row = next((one for one in facts.rows if one.name == target.fact), None) if facts else None
        if row is None:
            return
        if row.derived:
            app.tell(f"{row.name} is concluded from other facts: {row.meaning}")
            return
        known = fact_meaning(row)
        app.ask(
            f"suppose {row.name} =",
            lambda text: app.send(commands.Suppose(target.subject, target.fact, text)),
            value=row.cell.text if row.type != "text" else "",
            gives_way=True,
        )
        app.tell(known)

    def aside(self, snapshot: Snapshot) -> str:
        """What the fact under the cursor means."""
        target = self.pane.chosen.target if self.pane.chosen else None
        if isinstance(target, ToFact) and snapshot.facts is not None:
            for row in snapshot.facts.rows:
                if row.name == target.fact:
                    return cut(harmless(fact_meaning(row)), max(10, self.app.size.width - 40))
        return super().aside(snapshot)


class WhatIfReading(Reading):
    """What is supposed, and what would follow."""

    place: ClassVar[Place] = "what-if"
    lasting: ClassVar[bool] = True
