"""The places of the screen: the board, and texts and lists that are read over the whole of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Offset
from textual.screen import Screen

from tui.safe_text import cut, harmless
from tui.screen.board_panes import (
    AdvicePane,
    FindingsPane,
    LineWidget,
    PairsPane,
    ReplayBar,
    TimelinePane,
)
from tui.screen.content import Row, Target, ToSubject
from tui.screen.keys import Action, Place
from tui.screen.lines import Line, Span, columns_of
from tui.screen.panes import ListPane
from tui.screen.prompt import Prompt
from tui.screen.say import clock_of, forbidden_words, freshness, severity_counts
from tui.session.snapshot import FindingKey, Snapshot

if TYPE_CHECKING:
    from tui.screen.app import WatchApp

NARROWEST = (60, 16)


class PlaceScreen(Screen[None], inherit_bindings=False):
    """One place: header, content, prompt and foot."""

    DEFAULT_CSS = """
    PlaceScreen { layout: vertical; background: transparent; }
    PlaceScreen > #header { height: 1; }
    PlaceScreen > #foot { height: 1; }
    PlaceScreen > #content { height: 1fr; }
    PlaceScreen > #small { display: none; height: 1fr; }
    PlaceScreen.-small > * { display: none; }
    PlaceScreen.-small > #small { display: block; }
    """
    place: ClassVar[Place] = "list"
    AUTO_FOCUS = None

    def __init__(self, watch_app: WatchApp) -> None:
        super().__init__()
        self.watch_app = watch_app
        look = watch_app.look
        self.header = LineWidget(look, "header")
        self.foot = LineWidget(look, "foot")
        self.small = LineWidget(look, "small")
        self.prompt = Prompt(look)

    @property
    def snapshot(self) -> Snapshot | None:
        """What the screen shows now."""
        return self.watch_app.snapshot

    def compose(self) -> ComposeResult:
        """Header above, foot below."""
        yield self.header
        yield from self.content()
        yield self.prompt
        yield self.foot
        yield self.small

    def content(self) -> ComposeResult:
        """What stands between header and foot."""
        yield from ()

    @property
    def worked_in(self) -> ListPane | None:
        """The list in which keys move the cursor."""
        return None

    def receive(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""

    def act(self, action: Action) -> bool:
        """Do what an action says here; false where this place knows nothing of it."""
        pane = self.worked_in
        if pane is None:
            return False
        match action.name:
            case "up":
                pane.move(-1)
            case "down":
                pane.move(1)
            case "page-up":
                pane.move(-pane.page())
            case "page-down":
                pane.move(pane.page())
            case "top":
                pane.move_to(0)
            case "bottom":
                pane.move_to(pane.item_count() - 1)
            case "filter":
                self.ask_filter()
            case _:
                return False
        return True

    def ask_filter(self) -> None:
        """Ask for the text that what is shown must contain."""

    def finding_key(self) -> FindingKey | None:
        """The finding that keys are about here."""
        return None

    def subject(self) -> str:
        """The subject that keys are about here."""
        key = self.finding_key()
        return key.subject if key else ""

    def on_key(self, event: events.Key) -> None:
        """Turn a key into its action."""
        if self.prompt.asking:
            # Whoever has the focus: while something is asked for, keys are its answer.
            self.prompt.on_key(event)
            return
        action = self.watch_app.keys.action(self.place, event.key, event.character)
        event.stop()
        event.prevent_default()
        self.watch_app.silence()
        if action is not None:
            self.watch_app.act(action)

    def on_prompt_closed(self) -> None:
        """Give the keys back to the list."""
        if self.worked_in is not None:
            self.worked_in.focus(scroll_visible=False)
        self.show_frame()

    def on_mount(self) -> None:
        """Begin with what is known."""
        if self.worked_in is not None:
            self.worked_in.focus(scroll_visible=False)
        self.show_all()

    def on_screen_resume(self) -> None:
        """Show what has come in the meantime."""
        self.show_all()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange what there is in the room that there is."""
        wide, tall = event.size
        small = wide < NARROWEST[0] or tall < NARROWEST[1]
        self.set_class(small, "-small")
        self.small.say(
            (
                Span(
                    f"Watchkeeper needs {NARROWEST[0]}x{NARROWEST[1]}; this is {wide}x{tall}",
                    "warning",
                ),
            )
        )
        self.divide(wide, tall)
        self.show_all()

    def divide(self, wide: int, tall: int) -> None:
        """Divide the room."""

    def show_all(self) -> None:
        """Show everything anew."""
        if self.snapshot is not None and self.is_mounted:
            self.receive(self.snapshot)
        self.show_frame()

    def show_frame(self) -> None:
        """Show header and foot."""
        columns = self.app.size.width
        if columns < 2:
            return
        if self.snapshot is not None:
            self.header.say(header_line(self.watch_app, self.snapshot, columns))
        else:
            self.header.say((Span(" watchkeeper  reading…", "strong"),))
        self.foot.say(foot_line(self.watch_app, self.place, columns))

    def cursor_offset(self) -> Offset:
        """Where the terminal's cursor belongs."""
        if self.prompt.asking:
            return self.prompt.cursor_offset()
        return self.worked_in.cursor_offset() if self.worked_in is not None else Offset(0, 0)


def header_line(app: WatchApp, snapshot: Snapshot, columns: int) -> Line:
    """What is watched, how fresh that is, what is forbidden, and how many findings are open."""
    if snapshot.what_if is not None:
        text = (
            " WHAT IF: nothing of this is real, nothing is recorded. Esc on the what-if page ends"
        )
        return (Span((text + " it.").ljust(columns), "supposed"),)
    fresh, role = freshness(snapshot)
    time = app.shown_time(snapshot)
    left: list[Span] = [
        Span(" watchkeeper  ", "strong"),
        Span(f"{snapshot.title}  "),
        Span(fresh, role),
        Span(f" {clock_of(time)} " if time else " "),
    ]
    right: list[Span] = []
    words = forbidden_words(snapshot)
    if words:
        right.append(Span(f" {words} ", "forbidden"))
    right += severity_counts(snapshot.findings)
    if not snapshot.findings:
        known = bool(snapshot.subjects)
        said = " nothing open " if known else " nothing known "
        right.append(Span(said, "good" if known and role != "critical" else "dim"))
    if snapshot.rule_faults:
        right.insert(0, Span(" RULES BROKEN (L) ", "warning"))
    if snapshot.log_fault_count and columns >= 100:
        right.insert(0, Span(f" {snapshot.log_fault_count} unreadable lines (L) ", "warning"))
    # Where room is short, the program's own name goes first, and the log's is cut.
    if columns_of(left) + columns_of(right) > columns:
        left[0] = Span(" ")
    over = columns_of(left) + columns_of(right) - columns
    if over > 0:
        room = max(3, len(snapshot.title) - over - 1)
        left[1] = Span(f"{cut(harmless(snapshot.title), room)}  ")
    gap = max(0, columns - columns_of(left) - columns_of(right))
    return (*left, Span(" " * gap), *right)


def foot_line(app: WatchApp, place: Place, columns: int) -> Line:
    """What came of the last command, or the keys of most use here."""
    if app.message:
        text, failed = app.message
        return (Span(" " + text, "warning" if failed else "good"),)
    replay = app.snapshot is not None and app.snapshot.kind == "replay"
    left_out = {"filter"} if replay and place == "board" and columns < 100 else set()
    if place == "board":
        left_out.add("back")
    shown = [
        (keys[0], action.foot)
        for action, keys in app.keys.in_place(place, replay=replay)
        if action.foot and action.name not in left_out
    ]
    # What leads away stands last, and is there on the narrowest screen.
    shown.sort(key=lambda entry: entry[1] == "quit")
    spans: list[Span] = [Span("└ ", "border")]
    room = columns - 4
    for number, (key, word) in enumerate(shown):
        wide = len(key) + len(word) + 3
        last = sum(len(k) + len(w) + 3 for k, w in shown[-1:])
        if wide + (last if number < len(shown) - 1 else 0) > room + 2:
            continue
        spans += [Span(key, "strong"), Span(f" {word}  ", "dim")]
        room -= wide
    spans += [Span("─" * max(0, room + 1), "border"), Span("┘", "border")]
    return tuple(spans)


class Board(PlaceScreen):
    """Everything at once: pairs, findings, what to do now, the timeline."""

    place: ClassVar[Place] = "board"
    DEFAULT_CSS = """
    Board > #content > #pairs { height: 100%; }
    Board > #content > #right { height: 100%; width: 1fr; }
    Board #findings { height: 5; }
    Board #advice { height: 1fr; }
    Board > #timeline { height: 6; }
    Board > #replay { height: 2; display: none; }
    """

    def __init__(self, watch_app: WatchApp) -> None:
        super().__init__(watch_app)
        look = watch_app.look
        self.pairs = PairsPane(look)
        self.findings = FindingsPane(look)
        self.advice = AdvicePane(look)
        self.timeline = TimelinePane(look)
        self.replay = ReplayBar(look)
        self._asked: FindingKey | None = None
        self._working_in: ListPane = self.findings

    def content(self) -> ComposeResult:
        """Pairs at the left; findings and advice at the right; the timeline below."""
        with Horizontal(id="content"):
            yield self.pairs
            with Vertical(id="right"):
                yield self.findings
                yield self.advice
        yield self.timeline
        yield self.replay

    @property
    def worked_in(self) -> ListPane:
        """The pane that has the cursor."""
        return self._working_in

    def divide(self, wide: int, tall: int) -> None:
        """Give the pairs what they need, the findings what they have, the rest to the advice."""
        left = 22 if wide < 100 else 26 if wide < 140 else 34
        self.pairs.styles.width = left
        replay = self.snapshot is not None and self.snapshot.replay is not None
        self.replay.display = replay
        rest = tall - 2 - (2 if replay else 0)
        timeline = max(4, min(rest * 3 // 10, rest - 11))
        self.timeline.styles.height = timeline
        main = rest - timeline
        rows = len(self.findings.rows) if self.findings.rows else 1
        self.findings.styles.height = max(3, min(rows, max(3, main * 2 // 5 - 1)) + 1)
        self.timeline.joints = (left - 1, left)

    def receive(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        before = (len(self.findings.rows), self.replay.display)
        self.pairs.show(snapshot)
        self.findings.show(snapshot)
        if (len(self.findings.rows), snapshot.replay is not None) != before:
            self.divide(self.size.width, self.size.height)
        chosen = self.findings.chosen
        if chosen is not None and (
            self._asked != chosen.key
            and (snapshot.detail is None or snapshot.detail.row.key != chosen.key)
        ):
            self._ask_for(chosen.key)
        key = next(iter(self.watch_app.keys.of("confirm")), "")
        self.advice.show(snapshot.detail, self.watch_app.shown_time(snapshot), key)
        self.timeline.show(snapshot.timeline, snapshot.timeline_length)
        if snapshot.replay is not None:
            self.replay.show(snapshot.replay)
        self.show_frame()

    def _ask_for(self, key: FindingKey | None) -> None:
        from tui.session.commands import OpenFinding

        self._asked = key
        self.watch_app.send(OpenFinding(key))

    def finding_key(self) -> FindingKey | None:
        """The finding that the cursor is on."""
        chosen = self.findings.chosen
        return chosen.key if chosen else None

    def subject(self) -> str:
        """The pair where one works among the pairs, else the finding's subject."""
        if self.worked_in is self.pairs and self.pairs.chosen is not None:
            return self.pairs.chosen.subject
        key = self.finding_key()
        if key is not None:
            return key.subject
        return self.pairs.chosen.subject if self.pairs.chosen else ""

    def choose(self, key: FindingKey) -> None:
        """Put the cursor on a finding."""
        self.findings.choose(key)
        self._work_in(self.findings)
        self._ask_for(key)

    def act(self, action: Action) -> bool:
        """Do what an action says on the board."""
        panes: list[ListPane] = [self.pairs, self.findings, self.timeline]
        match action.name:
            case "next-pane" | "previous-pane":
                by = 1 if action.name == "next-pane" else -1
                self._work_in(panes[(panes.index(self.worked_in) + by) % len(panes)])
            case "sort":
                from tui.screen.board_panes import SORTS

                place = SORTS.index(self.findings.sort) + 1
                self.findings.sort = SORTS[place % len(SORTS)]
                self.findings.narrow(self.findings.wanted)
            case "back":
                self._end_filter()
            case "open":
                self._open()
            case _:
                before = self.finding_key()
                known = super().act(action)
                if self.finding_key() != before:
                    self._ask_for(self.finding_key())
                return known
        return True

    def _work_in(self, pane: ListPane) -> None:
        self._working_in = pane
        pane.focus(scroll_visible=False)

    def _end_filter(self) -> None:
        pane = self.worked_in
        if isinstance(pane, PairsPane | FindingsPane | TimelinePane) and pane.wanted:
            pane.narrow("")
        else:
            self._work_in(self.findings)

    def _open(self) -> None:
        if self.worked_in is self.findings and self.finding_key() is not None:
            self.watch_app.open_finding()
        elif self.worked_in is self.pairs and self.pairs.chosen is not None:
            self.watch_app.follow(ToSubject(self.pairs.chosen.subject))
        elif self.worked_in is self.timeline:
            self.watch_app.open_line(self.timeline.chosen)

    def ask_filter(self) -> None:
        """Filter the pane in which one works, at every key."""
        pane = self.worked_in
        assert isinstance(pane, PairsPane | FindingsPane | TimelinePane)
        self.prompt.ask(
            f"filter {pane.heading.partition(' ')[0].lower()}:",
            lambda _: None,
            value=pane.wanted,
            typed=lambda text: self.watch_app.narrow(pane, text),
        )


class RowsPane(ListPane):
    """Rows of a text."""

    def __init__(self, watch_app: WatchApp) -> None:
        super().__init__(watch_app.look, name="content")
        self._all: Sequence[Row] = ()
        self.rows: Sequence[Row] = ()
        self.wanted = ""

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays where it is."""
        if rows != self._all:
            self._all = rows
            self.narrow(self.wanted)

    def narrow(self, wanted: str) -> None:
        """Show the rows that contain a text."""
        self.wanted = wanted
        lowered = wanted.lower()
        self.rows = (
            [row for row in self._all if lowered in row.text.lower()] if wanted else self._all
        )
        self.changed()

    @property
    def chosen(self) -> Row | None:
        """The row that the cursor is on."""
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def item_count(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    def item(self, index: int) -> Sequence[Line]:
        """One row."""
        return (self.rows[index].line,)


class Reading(PlaceScreen):
    """A text or a list over the whole screen."""

    place: ClassVar[Place] = "list"

    def __init__(
        self,
        watch_app: WatchApp,
        title: str,
        make: Callable[[Snapshot, int], Sequence[Row] | None],
        *,
        key: FindingKey | None = None,
        subject: str = "",
        leave: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(watch_app)
        self._heading = title
        self._make = make
        self._key = key
        self._subject = subject or (key.subject if key else "")
        self._when_left = leave
        self.pane = RowsPane(watch_app)

    def content(self) -> ComposeResult:
        """The text."""
        yield self.pane

    @property
    def worked_in(self) -> ListPane:
        """The text."""
        return self.pane

    def finding_key(self) -> FindingKey | None:
        """The finding that the text is about."""
        return self._key

    def subject(self) -> str:
        """The subject that the text is about."""
        return self._subject

    def receive(self, snapshot: Snapshot) -> None:
        """Show the text as it is now."""
        rows = self._make(snapshot, max(16, self.app.size.width - 2))
        if rows is not None:
            self.pane.show(rows)
        wanted = f" /{self.pane.wanted}" if self.pane.wanted else ""
        self.pane.head(self._heading + wanted, self.aside(snapshot))
        self.show_frame()

    def aside(self, snapshot: Snapshot) -> str:
        """What stands at the right of the title."""
        return f"{self.pane.cursor + 1} of {len(self.pane.rows)}" if self.pane.rows else ""

    def act(self, action: Action) -> bool:
        """Do what an action says here."""
        match action.name:
            case "back":
                if self.pane.wanted:
                    self.pane.narrow("")
                    self.show_all()
                else:
                    self.leave()
            case "open":
                self.open(self.pane.chosen.target if self.pane.chosen else None)
            case _:
                known = super().act(action)
                if known and self.snapshot is not None:
                    self.pane.head(self.pane.heading, self.aside(self.snapshot))
                return known
        return True

    def open(self, target: Target) -> None:
        """Go to what the cursor is on."""
        self.watch_app.follow(target)

    def leave(self) -> None:
        """Go back."""
        self.watch_app.pop_screen()
        if self._when_left is not None:
            self._when_left()

    def ask_filter(self) -> None:
        """Filter the text at every key."""
        self.prompt.ask(
            "filter:", lambda _: self.show_all(), value=self.pane.wanted, typed=self.pane.narrow
        )


class FindingText(Reading):
    """A finding, or an explanation of one."""

    place: ClassVar[Place] = "text"


class WideTimeline(PlaceScreen):
    """The timeline over the whole screen."""

    place: ClassVar[Place] = "list"

    def __init__(self, watch_app: WatchApp, line: int | None = None) -> None:
        super().__init__(watch_app)
        self.pane = TimelinePane(watch_app.look, first=True, name="content")
        self._line = line

    def content(self) -> ComposeResult:
        """The timeline."""
        yield self.pane

    @property
    def worked_in(self) -> ListPane:
        """The timeline."""
        return self.pane

    def receive(self, snapshot: Snapshot) -> None:
        """Show the timeline as it is now."""
        self.pane.show(snapshot.timeline, snapshot.timeline_length)
        if self._line is not None:
            self.pane.go_to_line(self._line)
            self._line = None
        self.show_frame()

    def act(self, action: Action) -> bool:
        """Do what an action says here."""
        match action.name:
            case "back":
                if self.pane.wanted:
                    self.pane.narrow("")
                else:
                    self.watch_app.pop_screen()
            case "open":
                self.watch_app.open_line(self.pane.chosen)
            case _:
                return super().act(action)
        return True

    def ask_filter(self) -> None:
        """Filter at every key."""
        self.prompt.ask(
            "filter timeline:",
            lambda _: None,
            value=self.pane.wanted,
            typed=lambda text: self.watch_app.narrow(self.pane, text),
        )


class WidePairs(PlaceScreen):
    """The pairs over the whole screen, one line each."""

    place: ClassVar[Place] = "list"

    def __init__(self, watch_app: WatchApp) -> None:
        super().__init__(watch_app)
        self.pane = PairsPane(watch_app.look, name="content")

    def content(self) -> ComposeResult:
        """The pairs."""
        yield self.pane

    @property
    def worked_in(self) -> ListPane:
        """The pairs."""
        return self.pane

    def subject(self) -> str:
        """The pair that the cursor is on."""
        return self.pane.chosen.subject if self.pane.chosen else ""

    def receive(self, snapshot: Snapshot) -> None:
        """Show the pairs as they are now."""
        self.pane.show(snapshot)
        self.show_frame()

    def act(self, action: Action) -> bool:
        """Do what an action says here."""
        match action.name:
            case "back":
                if self.pane.wanted:
                    self.pane.narrow("")
                else:
                    self.watch_app.pop_screen()
            case "open":
                if self.pane.chosen is not None:
                    self.watch_app.follow(ToSubject(self.pane.chosen.subject))
            case _:
                return super().act(action)
        return True

    def ask_filter(self) -> None:
        """Filter at every key."""
        self.prompt.ask(
            "filter pairs:", lambda _: None, value=self.pane.wanted, typed=self.pane.narrow
        )


__all__ = ["Board", "FindingText", "PlaceScreen", "Reading", "WidePairs", "WideTimeline"]
