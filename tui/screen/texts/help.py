"""The keys of a place, and what the signs mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.screen.keys import EVERYWHERE, Keys, Place
from tui.screen.lines import Look, Role, Span, pad
from tui.screen.texts.rows import EMPTY, Row, ToAction, heading, paragraph


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
    rows += [EMPTY, *key_problems(keys, columns)]
    return rows


def key_problems(keys: Keys, columns: int) -> Iterable[Row]:
    """What is wrong with the configuration of keys, if anything is."""
    if keys.problems:
        yield heading("What is wrong with the configuration of keys")
        for problem in keys.problems:
            yield from paragraph(problem, columns, "warning", first="  ", rest="    ")
