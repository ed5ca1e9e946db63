"""What has changed of the facts that a finding's texts are about: the texts themselves are frozen
when it is raised (law 14), and every output says so in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rules.engine import Watch
from rules.finding import Evidence, Finding, evidence_of, show_value
from rules.read_rules import PLACEHOLDER
from rules.words import Words
from tui.phrases import say_prose, say_time_near
from tui.session.board import cell, last_said, unit_mark
from tui.session.snapshot import Cell, EvidenceNow


def evidence_now(watch: Watch, finding: Finding) -> tuple[EvidenceNow, ...]:
    """The facts that made a finding hold, each as it was and as it is."""
    return tuple(_now(watch, finding, then) for then in finding.evidence())


def changed_since(watch: Watch, finding: Finding) -> tuple[EvidenceNow, ...]:
    """The facts that a finding rests on or names, and that are other ones by now."""
    evidence = finding.evidence()
    told = {one.fact for one in evidence}
    named = [one for one in _named(finding) if one.fact not in told]
    return tuple(now for one in (*evidence, *named) if (now := _now(watch, finding, one)).changed)


def say_as_it_was(raised_at: datetime, now: datetime) -> str:
    """What introduces texts of the moment at which a finding was raised."""
    return f"As it was at {say_time_near(raised_at, now)}:"


def say_since(changed: Sequence[EvidenceNow], now: datetime) -> str:
    """What the facts are now, and were then; to stand behind `As it was`, or `Since then:`."""
    return say_prose(f"now {'; '.join(map(_now_and_then, changed))}", now)


def _now_and_then(one: EvidenceNow) -> str:
    mark = "" if one.now.standing == "known" or not one.now.text else "?"
    return f"{one.then.fact} {one.now.text or 'unknown'}{mark} (was {one.was})"


def _now(watch: Watch, finding: Finding, then: Evidence) -> EvidenceNow:
    words = watch.words
    subject = words.subjects.get(then.subject or finding.subject)
    value = last_said(words, subject, then.fact)[0] if subject else None
    return EvidenceNow(
        then=then,
        was=_was(words, then),
        now=cell(words, subject, then.fact) if subject else Cell(),
        value=value,
        changed=value != (then.said or then.value),
    )


def _was(words: Words, then: Evidence) -> str:
    if then.said or then.value is None:
        return then.said or "not known"
    fact = words.programs.rule_base.facts.get(then.fact)
    return show_value(then.value, fact) + unit_mark(words, then.fact)


def _named(finding: Finding) -> list[Evidence]:
    """The facts that a finding's texts name, as they were when they were filled in."""
    rule = finding.rule
    texts = [rule.title, rule.impact, *(step.do for step in rule.steps)]
    texts += [one.text for one in rule.forbid]
    names = {name for text in texts for name in PLACEHOLDER.findall(text)}
    values = finding.frozen().facts
    found = []
    for level, fact in finding.compiled.evidence:
        if fact.name in names and fact.name in values:
            value, origin = values[fact.name]
            levels = finding.frozen().levels
            subject = levels[level] if level < len(levels) else ""
            found.append(evidence_of(fact.declared, value, origin, subject))
    return found
