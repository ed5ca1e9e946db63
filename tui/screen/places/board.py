"""Everything at once: subjects, findings, what to do now, the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from tui.screen.keys import ABOUT_FINDING, Action, Place
from tui.screen.panes.advice import AdvicePane
from tui.screen.panes.findings import SORTS, FindingsPane
from tui.screen.panes.pane import ListPane
from tui.screen.panes.replay_bar import ReplayBar
from tui.screen.panes.subjects import SubjectsPane
from tui.screen.panes.timeline import TimelinePane
from tui.screen.places.place import PlaceScreen
from tui.screen.texts.rows import ToSubject

if TYPE_CHECKING:
    from tui.screen.places.host import Host
    from tui.session.snapshot import FindingKey, Snapshot


class Board(PlaceScreen):
    """Everything at once: subjects, findings, what to do now, the timeline."""

    place: ClassVar[Place] = "board"
    DEFAULT_CSS = """
    Board > #content > #subjects { height: 100%; }
    Board > #content > #right { height: 100%; width: 1fr; }
    Board #findings { height: 5; }
    Board #advice { height: 1fr; }
    Board > #timeline { height: 6; }
    Board > #replay { height: 2; display: none; }
    """

    def __init__(self, watch_app: Host) -> None:
        super().__init__(watch_app)
        look = watch_app.look
        self.subjects = SubjectsPane(look)
        self.findings = FindingsPane(look)
        self.advice = AdvicePane(look)
        self.timeline = TimelinePane(look)
        self.replay = ReplayBar(look)
        self._asked: FindingKey | None = None
        self._has_bar = False
        self._working_in: ListPane = self.findings

    def content(self) -> ComposeResult:
        """Subjects at the left; findings and advice at the right; the timeline below."""
        with Horizontal(id="content"):
            yield self.subjects
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
        """Give the subjects what they need, the findings what they have, the rest to the advice."""
        left = 22 if wide < 100 else 26 if wide < 140 else 34
        self.subjects.styles.width = left
        replay = self.snapshot is not None and self.snapshot.replay is not None
        self.replay.display = replay and not self.has_class("-small")
        rest = tall - 2 - (2 if replay else 0)
        timeline = max(4, min(rest * 3 // 10, rest - 11))
        self.timeline.styles.height = timeline
        main = rest - timeline
        rows = len(self.findings.rows) if self.findings.rows else 1
        self.findings.styles.height = max(3, min(rows, max(3, main * 2 // 5 - 1)) + 1)
        self.timeline.joints = (left - 1, left)

    def receive(self, snapshot: Snapshot) -> None:
        """Show a snapshot."""
        before = (len(self.findings.rows), self._has_bar)
        self.subjects.show(snapshot)
        self.findings.show(snapshot)
        self._has_bar = snapshot.replay is not None
        if (len(self.findings.rows), self._has_bar) != before:
            self.divide(self.size.width, self.size.height)
        chosen = self.findings.chosen
        if chosen is not None and (
            self._asked != chosen.key
            and (snapshot.detail is None or snapshot.detail.row.key != chosen.key)
        ):
            self._ask_for(chosen.key)
        key = next(iter(self.watch_app.keys.of("confirm")), "")
        all_key = next(iter(self.watch_app.keys.of("forbidden")), "")
        self.advice.show(snapshot, self.watch_app.shown_time(snapshot), key, all_key)
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
        """The subject where one works among them, else the finding's subject."""
        if self.worked_in is self.subjects and self.subjects.chosen is not None:
            return self.subjects.chosen.subject
        key = self.finding_key()
        if key is not None:
            return key.subject
        return self.subjects.chosen.subject if self.subjects.chosen else ""

    def choose(self, key: FindingKey) -> None:
        """Put the cursor on a finding."""
        self.findings.choose(key)
        self._work_in(self.findings)
        self._ask_for(key)

    def act(self, action: Action) -> bool:
        """Do what an action says on the board."""
        if action.places == ABOUT_FINDING:
            self.findings.hold()
        panes: list[ListPane] = [self.subjects, self.findings, self.timeline]
        match action.name:
            case "next-pane" | "previous-pane":
                by = 1 if action.name == "next-pane" else -1
                self._work_in(panes[(panes.index(self.worked_in) + by) % len(panes)])
            case "sort":
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
        if isinstance(pane, SubjectsPane | FindingsPane | TimelinePane) and pane.wanted:
            pane.narrow("")
        else:
            self._work_in(self.findings)

    def _open(self) -> None:
        if self.worked_in is self.findings and self.finding_key() is not None:
            self.watch_app.open_finding()
        elif self.worked_in is self.subjects and self.subjects.chosen is not None:
            self.watch_app.follow(ToSubject(self.subjects.chosen.subject))
        elif self.worked_in is self.timeline:
            self.watch_app.open_line(self.timeline.chosen)

    def ask_filter(self) -> None:
        """Filter the pane in which one works, at every key."""
        pane = self.worked_in
        assert isinstance(pane, SubjectsPane | FindingsPane | TimelinePane)
        self.prompt.ask(
            f"filter {pane.heading.partition(' ')[0].lower()}:",
            lambda _: None,
            value=pane.wanted,
            typed=pane.narrow,
        )
