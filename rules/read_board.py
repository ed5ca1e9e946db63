"""From the table `[board]` of a rule base to what a screen shows of each subject."""

from __future__ import annotations

from typing import Final, get_args

from rules.board import Board, BoardLine, BoardNote, Sign, SignName
from rules.fault_codes import Code
from rules.faults import nearest
from rules.pattern import Pattern, facts_named
from rules.read_pattern import PatternReader
from rules.read_rules import Catalogue, check_placeholders, visible_fact
from rules.tables import Table

MOST_LINES: Final = 8
"""Lines of a subject; more would be no overview."""


def read_board(table: Table, catalogue: Catalogue) -> Board:
    """The `[board]` of a rule base."""
    scope = table.choice("scope", catalogue.scopes, undecided=catalogue.incomplete)
    visible = catalogue.chain(scope) if scope and catalogue.scopes_are_sound else None
    badge = table.text("badge")
    if badge:
        visible_fact(catalogue, table, badge, visible, "badge")
    operation = table.text("operation")
    if operation not in ("", *catalogue.operations) and not catalogue.undecided(operation):
        hint = nearest(operation, catalogue.operations)
        table.fault(Code.UNKNOWN_WORD, f"{operation!r} is no operation{hint}", "operation")
    board = Board(
        scope=scope or "",
        title=table.text("title") or Board().title,
        badge=badge,
        first=_badge_value(table, badge, catalogue),
        operation=operation,
        note_heading=table.text("note_heading"),
        lines=tuple(_line(one, catalogue, visible) for one in table.tables("line")),
        notes=tuple(
            note
            for one in table.tables("note")
            if (note := _note(one, catalogue, visible)) is not None
        ),
    )
    if len(board.lines) > MOST_LINES:
        message = f"has {len(board.lines)} lines; at most {MOST_LINES} are shown"
        table.fault(Code.BAD_BOARD, message, "line")
    table.finish()
    return board


def _badge_value(table: Table, badge: str, catalogue: Catalogue) -> str:
    first = table.text("first")
    fact = catalogue.facts.get(badge)
    if first and not table.has("badge"):
        table.fault(Code.BAD_BOARD, "is a value of the badge, and there is none", "first")
    elif first and fact is not None and fact.type == "enum" and first not in fact.values:
        hint = nearest(first, fact.values)
        message = f"{badge} is never {first!r}; it is one of {', '.join(fact.values)}{hint}"
        table.fault(Code.NEVER_THIS_VALUE, message, "first")
    return first


def _line(table: Table, catalogue: Catalogue, visible: tuple[str, ...] | None) -> BoardLine:
    label, text = table.text("label", required=True), table.text("text", required=True)
    member_scope, named_by = "", ""
    # Of a member that cannot be read, nobody knows what it would have seen.
    seen = visible if not table.has("member") else None
    if (member := table.table("member")) is not None:
        undecided = catalogue.incomplete
        member_scope = member.choice("scope", catalogue.scopes, undecided=undecided) or ""
        named_by = member.text("named_by", required=True)
        fact = visible_fact(catalogue, member, named_by, visible, "named_by") if named_by else None
        if fact is not None and fact.type != "text":
            message = f"{named_by} is {fact.type}; a text fact names a subject"
            member.fault(Code.BAD_BOARD, message, "named_by")
        member.finish()
        if visible is not None and member_scope:
            seen = (*visible, member_scope)
    check_placeholders(catalogue, text, table, seen, "text")
    signs = []
    for one in table.tables("signs"):
        sign = one.choice("sign", get_args(SignName))
        show = one.text("show")
        check_placeholders(catalogue, show, one, seen, "show")
        when = _pattern(one, catalogue, seen)
        one.finish()
        if sign is not None and when is not None:
            signs.append(Sign(sign, when, show))
    together = table.flag("together")
    table.finish()
    return BoardLine(label, text, tuple(signs), member_scope, named_by, together)


def _note(table: Table, catalogue: Catalogue, visible: tuple[str, ...] | None) -> BoardNote | None:
    text, wide = table.text("text"), table.text("wide")
    if not table.has("text") and not table.has("wide"):
        table.missing("text")
    check_placeholders(catalogue, text, table, visible, "text")
    check_placeholders(catalogue, wide, table, visible, "wide")
    when = _pattern(table, catalogue, visible)
    table.finish()
    return BoardNote(when, text, wide) if when is not None else None


def _pattern(table: Table, catalogue: Catalogue, visible: tuple[str, ...] | None) -> Pattern | None:
    when = table.table("when")
    if when is None:
        if not table.has("when"):
            table.missing("when")
        return None
    pattern = PatternReader(catalogue.facts, undecided=catalogue.undecided).read(when)
    for name in facts_named(pattern) if pattern is not None else ():
        scope = catalogue.facts[name].scope
        if visible is not None and scope not in visible:
            message = f"{name} is a fact of a {scope}, which this line cannot see"
            when.fault(Code.FACT_NOT_VISIBLE, message)
    return pattern
