"""Everything by name: actions, findings, rules, subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from tui.screen.keys import ACTIONS, BY_NAME, Place
from tui.screen.lines import Span, pad
from tui.screen.places.reading import Reading
from tui.screen.texts.rows import Row, ToAction, ToFinding, ToRule, ToSubject
from tui.screen.texts.rules import subject_for
from tui.session.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.screen.places.host import Host

_MOST: Final = 200
_MOVES: Final = {
    "up": "up",
    "down": "down",
    "pageup": "page-up",
    "pagedown": "page-down",
    "ctrl+p": "up",
    "ctrl+n": "down",
}
"""What keys that type nothing do to the list."""


class Palette(Reading):
    """A list that narrows while one types, and in which arrows move; Enter goes to what the cursor
    is on."""

    place: ClassVar[Place] = "list"

    def __init__(self, watch_app: Host) -> None:
        super().__init__(watch_app, "Find by name", self._rows)
        self._wanted = ""
        self._done = False
        self._entries: list[Row] = []

    def on_mount(self) -> None:
        """Begin to ask at once."""
        super().on_mount()
        self._ask()

    def _ask(self) -> None:
        moves = {key: partial(self._move, name) for key, name in _MOVES.items()}
        self.prompt.ask("find:", self._take, value=self._wanted, typed=self._typed, beside=moves)

    def _move(self, name: str) -> None:
        self.act(BY_NAME[name])

    def _typed(self, text: str) -> None:
        self._wanted = text
        self.pane.cursor = 0
        self.show_all()

    def _take(self, _: str) -> None:
        chosen = self.pane.chosen
        if chosen is None:
            self._ask()
            return
        self._done = True
        self.leave()
        self.watch_app.follow(chosen.target)

    def on_prompt_closed(self) -> None:
        """Escape leaves the palette at once, whatever has been typed."""
        if self.is_current and not self.prompt.asking and not self._done:
            self._done = True
            self.leave()

    def _rows(self, snapshot: Snapshot, columns: int) -> Sequence[Row]:
        if not self._entries:
            self._entries = list(_entries(snapshot, self.watch_app, columns))
        words = self._wanted.lower().split()
        return [row for row in self._entries if all(word in row.text.lower() for word in words)][
            :_MOST
        ]


def _entries(snapshot: Snapshot, app: Host, columns: int) -> Iterator[Row]:
    for row in snapshot.findings:
        yield _row("finding", row.title, row.key.subject, ToFinding(row.key), columns)
    for action in ACTIONS:
        if action.replay and snapshot.kind != "replay":
            continue
        keys = " ".join(app.keys.of(action.name))
        yield _row("action", f"{action.name}: {action.says}", keys, ToAction(action.name), columns)
    for subject in snapshot.subjects:
        yield _row(subject.partition("/")[0], subject, "facts", ToSubject(subject), columns)
    for rule in snapshot.rule_base.rules:
        where = subject_for(snapshot, rule.scope, "")
        if where:
            yield _row("rule", rule.id, rule.title, ToRule(rule.id, where), columns)


def _row(
    kind: str,
    name: str,
    aside: str,
    target: ToFinding | ToAction | ToSubject | ToRule,
    columns: int,
) -> Row:
    room = max(20, min(len(name) + 2, columns - 34))
    return Row(
        (Span(pad(kind, 11), "dim"), Span(pad(name, room)), Span(" " + aside, "dim")), target
    )
