"""Why a rule holds on a subject, or not, and the smallest change of that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rules.explain import Explanation, Part
from rules.vocabulary import Truth
from tui.phrases import say_source
from tui.safe_text import harmless, wrap
from tui.screen.lines import Role, Span
from tui.screen.say import clock_of
from tui.screen.texts.finding import rule_text
from tui.screen.texts.rows import EMPTY, Row, ToFact, heading, paragraph
from tui.session.snapshot import Explained

_TRUTHS: Final[dict[Truth, tuple[str, Role]]] = {
    Truth.TRUE: ("true   ", "good"),
    Truth.FALSE: ("false  ", "warning"),
    Truth.UNKNOWN: ("unknown", "notice"),
}

_DECIDING: Final = 12
"""Facts that are told before the whole."""


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
    rows += _change(explained.when, columns, explained.subject)
    rows += _deciding(explained.when, columns, explained.subject)
    rows += [EMPTY, heading("When"), *_parts(explained.when, columns, explained.subject)]
    if explained.until is not None:
        rows += [
            EMPTY,
            heading("It stands until"),
            *_parts(explained.until, columns, explained.subject),
        ]
        rows += _change(explained.until, columns, explained.subject, "It would end with")
    rows += [EMPTY, heading("Where this is written"), *paragraph(say_source(rule.source), columns)]
    return [*rows, EMPTY, *rule_text(rule, columns)]


def _deciding(explanation: Explanation, columns: int, subject: str) -> Iterator[Row]:
    """The facts that decide it, in short, where the whole is long."""
    found: dict[str, Part] = {}
    parts = [explanation.root]
    while parts:
        part = parts.pop()
        inner = [one for one in part.parts if one.decisive]
        if part.kind == "condition" and not inner:
            found.setdefault(part.text, part)
        parts += reversed(inner)
    if len(found) < 2:
        return
    yield EMPTY
    yield heading("The facts that decide it")
    # That a fact is known at all tells least.
    told = sorted(found.values(), key=lambda part: part.text.endswith(" is known"))
    for part in told[:_DECIDING]:
        word, role = _TRUTHS[part.truth]
        text = part.text + (f" ({part.now})" if part.now else "")
        target = ToFact(subject, part.fact) if part.fact else None
        for number, line in enumerate(wrap(harmless(text), max(16, columns - 8), rest="  ")):
            yield Row((Span(f"{word} " if number == 0 else " " * 8, role), Span(line)), target)
    if len(found) > _DECIDING:
        yield Row((Span(f"and {len(found) - _DECIDING} more below", "dim"),))


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
