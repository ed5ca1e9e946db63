"""The parts that a rule base's manual is made of, whatever its form."""

from __future__ import annotations

from rules.authoring.patterns_in_words import pattern_in_a_line, pattern_lines
from rules.built_in import own_rules
from rules.pattern import Pattern, facts_named
from rules.rule_base import Fact, Rule, RuleBase, Source, Step
from rules.values import show_duration
from rules.vocabulary import SEVERITIES
from rules.wording import say_value
from tui.phrases import operation_title, say_grade, say_source
from tui.safe_text import harmless


class Section:
    """A rule as parts."""

    def __init__(self, rule: Rule, rule_base: RuleBase) -> None:
        self.rule = rule
        self.id = rule.id
        self.title = harmless(rule.title)
        self.about = [
            ("Severity", rule.severity),
            ("About", rule.scope),
            ("Source", say_source(rule.source)),
        ]
        if rule.cases:
            self.about.append(("Cases", ", ".join(harmless(case) for case in rule.cases)))
        if rule.occurrence:
            self.about.append(("Anew with each", rule.occurrence))
        if rule.suppresses:
            self.about.append(("Stands before", ", ".join(rule.suppresses)))
        if rule.aliases:
            self.about.append(("Was called", ", ".join(rule.aliases)))
        if rule.deprecated:
            self.about.append(("Not judged any more", harmless(rule.deprecated)))
        held = f", for {show_duration(rule.hold)}" if rule.hold else ""
        self.signals_head = f"Signals{held}"
        self.signals = [harmless(line) for line in pattern_lines(rule.when, rule_base)]
        self.until = (
            [harmless(line) for line in pattern_lines(rule.until, rule_base)]
            if rule.until is not None
            else []
        )
        patterns = [rule.when, rule.until] if rule.until is not None else [rule.when]
        self.concluded = _concluded(patterns, rule_base)
        """The facts among its signals that are conclusions of their own."""
        self.impact = harmless(rule.impact)
        self.forbidden = [
            f"{operation_title(rule_base.operations, part.operation)}"
            + (f" on the {part.scope}" if part.scope else "")
            + (f": {harmless(part.text)}" if part.text else "")
            + f" ({say_grade(part.source)})"
            for part in rule.forbid
        ]
        self.support = f"Contact support ({say_grade(rule.support)})" if rule.support else ""
        self.steps = [_step(step, rule.source, rule_base) for step in rule.steps]


class Conclusion:
    """A derived fact as parts: each value with what it is concluded from."""

    def __init__(self, fact: Fact, rule_base: RuleBase) -> None:
        self.name = fact.name
        self.meaning = harmless(fact.meaning)
        own = [one for one in rule_base.derivations if one.fact == fact.name]
        self.cases = [
            (
                harmless(say_value(one.value, fact)),
                [harmless(line) for line in pattern_lines(one.when, rule_base)],
            )
            for one in own
        ]
        self.otherwise = (
            harmless(say_value(fact.otherwise, fact)) if fact.otherwise is not None else ""
        )
        self.concluded = _concluded([one.when for one in own], rule_base)


def _concluded(patterns: list[Pattern], rule_base: RuleBase) -> list[str]:
    """The derived facts that some patterns name."""
    named = dict.fromkeys(name for pattern in patterns for name in facts_named(pattern))
    return [name for name in named if name in rule_base.facts and rule_base.facts[name].derived]


def conclusions(rule_base: RuleBase) -> list[Conclusion]:
    """Every derived fact, as the catalogue has them."""
    return [Conclusion(fact, rule_base) for fact in rule_base.facts.values() if fact.derived]


def _step(step: Step, around: Source, rule_base: RuleBase) -> str:
    said = [harmless(step.do)]
    if step.wait is not None:
        bounds = [
            f"{word} {show_duration(span)}"
            for word, span in (("at least", step.wait.at_least), ("at most", step.wait.at_most))
            if span is not None
        ]
        said.append(f"[wait {' and '.join(bounds)} from {step.wait.start}]")
    if step.confirm:
        said.append("[to be confirmed]")
    if step.done_when is not None:
        said.append(f"[done when {harmless(pattern_in_a_line(step.done_when, rule_base))}]")
    if step.starts and step.once_allowed:
        said.append("[once nothing forbids it]")
    if step.source != around:
        said.append(f"({say_grade(step.source)})")
    return " ".join(said)


def sections(rule_base: RuleBase) -> dict[str, list[Section]]:
    """Every rule by the file that it stands in, the worst first."""
    found: dict[str, list[Section]] = {}
    for rule in (*own_rules(rule_base), *rule_base.deprecated):
        family = rule.place.file.rpartition("/")[2].removesuffix(".toml")
        found.setdefault(harmless(family), []).append(Section(rule, rule_base))
    for own in found.values():
        own.sort(key=lambda one: SEVERITIES.index(one.rule.severity))
    return found
