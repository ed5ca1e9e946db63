"""A rule in words, as those on watch will read it."""

from __future__ import annotations

from collections.abc import Iterator

from rules.authoring.patterns_in_words import pattern_lines
from rules.rule_base import Rule, RuleBase, Source, Step
from rules.values import show_duration
from tui.phrases import GLYPHS, operation_title, say_grade, say_source
from tui.safe_text import harmless, wrap


def rule_lines(rule: Rule, rule_base: RuleBase, columns: int, base: str) -> Iterator[str]:
    """Everything that a rule says; facts in its texts stand in braces, as nothing is known. `base`
    is what the rule base is called."""

    def say(text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
        indent = " " * len(first) if rest is None else rest
        yield from wrap(harmless(text), columns, first=first, rest=indent)

    glyph = GLYPHS[rule.severity]
    yield from say(rule.title, f"{glyph} {rule.severity}  ")
    yield from say(rule.id, "  rule    ")
    yield from say(base, "  of      ")
    yield from say(rule.scope, "  about   ")
    yield from say(say_source(rule.source), "  source  ")
    if rule.deprecated:
        yield from say(f"not judged any more: {rule.deprecated}", "  old     ")
    if rule.aliases:
        yield from say(", ".join(rule.aliases), "  was     ")
    if rule.cases:
        yield from say(", ".join(rule.cases), "  cases   ")
    if rule.impact:
        yield ""
        yield from say(rule.impact)
    yield ""
    held = f", held for {show_duration(rule.hold)}" if rule.hold else ""
    yield f"Raised when{held}:"
    yield from _indented(pattern_lines(rule.when, rule_base), columns)
    if rule.until is not None:
        yield "Resolved when:"
        yield from _indented(pattern_lines(rule.until, rule_base), columns)
    else:
        yield "Resolved when that is no longer so."
    if rule.occurrence:
        yield from say(f"Happens anew with each {rule.occurrence}.")
    if rule.suppresses:
        yield from say(", ".join(rule.suppresses), "Stands before: ")
    yield ""
    for prohibition in rule.forbid:
        title = operation_title(rule_base.operations, prohibition.operation)
        where = f" on the {prohibition.scope}" if prohibition.scope else ""
        reason = f": {prohibition.text}" if prohibition.text else ""
        yield from say(f"DO NOT {title}{where}{reason} ({say_grade(prohibition.source)})")
    if rule.support is not None:
        yield from say(f"CONTACT SUPPORT ({say_grade(rule.support)})")
    for number, step in enumerate(rule.steps):
        yield from say(_step(step, rule.source), f"{number + 1} [ ] ")


def _step(step: Step, around: Source) -> str:
    said = [step.do]
    if step.wait is not None:
        bounds = [
            f"{word} {show_duration(span)}"
            for word, span in (("at least", step.wait.at_least), ("at most", step.wait.at_most))
            if span is not None
        ]
        said.append(f"[wait {' and '.join(bounds)} from {step.wait.start}]")
    if step.confirm:
        said.append(f"[you confirm: {step.confirm}]")
    if step.done_when is not None:
        said.append("[facts tick it]")
    if step.starts:
        said.append(f"[starts {step.starts}]")
    if step.source != around:
        said.append(f"({say_grade(step.source)})")
    return " ".join(said)


def _indented(lines: Iterator[str], columns: int) -> Iterator[str]:
    for line in lines:
        text = line.lstrip()
        before = " " * (2 + len(line) - len(text))
        yield from wrap(harmless(text), columns, first=before, rest=before + "    ")
