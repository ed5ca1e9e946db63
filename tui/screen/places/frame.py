"""The lines above and below every place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tui.safe_text import cut, harmless
from tui.screen.keys import Place
from tui.screen.lines import Line, Span, columns_of
from tui.screen.say import clock_of, forbidden_words, freshness, is_calm, none_open, severity_counts

if TYPE_CHECKING:
    from tui.screen.places.host import Host
    from tui.session.snapshot import Snapshot


UNVERIFIED: Final = "CERTIFICATES NOT VERIFIED"


def header_line(app: Host, snapshot: Snapshot, columns: int) -> Line:
    """What is watched, how fresh that is, what is forbidden, and how many findings are open."""
    if snapshot.what_if is not None:
        text = " WHAT IF: nothing is real, nothing recorded. Esc on the what-if page ends it."
        if snapshot.unverified:
            text = f" WHAT IF: nothing is real, nothing is recorded.  {UNVERIFIED}"
        return (Span(text.ljust(columns), "supposed"),)
    fresh, role = freshness(snapshot)
    # Beside a word that nothing new can come, a clock that goes would say the opposite.
    time = app.shown_time(snapshot) if snapshot.unrecorded is None else None
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
        role = "good" if is_calm(snapshot) else "dim"
        right.append(Span(f" {none_open(snapshot)} ", role))
    if app.keys.problems and columns >= 100:
        right.insert(0, Span(" KEYS WRONG (L) ", "warning"))
    if snapshot.rule_faults:
        right.insert(0, Span(" RULES BROKEN (L) ", "warning"))
    if snapshot.lines_lost:
        word = "unreadable lines" if columns >= 100 else "UNREADABLE"
        right.insert(0, Span(f" {snapshot.lines_lost} {word} (L) ", "warning"))
    if snapshot.unverified:
        right.insert(0, Span(f" {UNVERIFIED} ", "critical"))
    # Where room is short, the program's own name goes first, then long words, and the log's is cut.
    if columns_of(left) + columns_of(right) > columns:
        left[0] = Span(" ")
    if snapshot.unverified and columns_of(left) + columns_of(right) > columns:
        right[0] = Span(" UNVERIFIED ", "critical")
    over = columns_of(left) + columns_of(right) - columns
    if over > 0:
        room = max(3, len(snapshot.title) - over - 1)
        left[1] = Span(f"{cut(harmless(snapshot.title), room)}  ")
    if columns_of(left) + columns_of(right) > columns:
        left[3] = Span(" ")
    gap = max(0, columns - columns_of(left) - columns_of(right))
    return (*left, Span(" " * gap), *right)


def foot_line(app: Host, place: Place, columns: int) -> Line:
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
