"""Going on under other rules: what the old ones knew, said and had open is carried over."""

from __future__ import annotations

from rules.columns import CLASS_OF_TRUTH
from rules.compiled import CompiledRule
from rules.finding import Finding
from rules.judge import Judge
from rules.liveness import adopt_source
from rules.subject import RuleState, Subject
from rules.vocabulary import Truth
from rules.words import Words


def carry_over(
    old: Words, new: Words, judge: Judge, orphans: dict[tuple[str, str], Finding]
) -> None:
    """Fill a new watch from an old one; open findings whose rule is gone become orphans."""
    for name, source in old.sources.items():
        declared = new.programs.rule_base.sources.get(source.kind)
        source.heartbeat = declared.heartbeat if declared else None
        source.about = set()
        adopt_source(new, name, source)
    new.recent = old.recent
    new.newly_lost.clear()
    for name, before in old.subjects.items():
        if (subject := new.subject(name)) is not None:
            _carry_facts(old, before, new, subject)
    for name, before in old.subjects.items():
        if before.parent is not None and name in new.subjects:
            new.attach(new.subjects[name], new.subject(before.parent.name))
    orphaned = dict(orphans)
    orphans.clear()
    for name, before in old.subjects.items():
        for index, state in before.states.items():
            _carry_state(
                state, old.programs.rules[index], new.subjects.get(name), new, judge, orphans
            )
    for (rule_id, name), finding in orphaned.items():
        state = RuleState()
        state.finding = finding
        found = _rule_of(rule_id, new.subjects.get(name))
        if found is None:
            orphans[rule_id, name] = finding
        else:
            adopt(state, found, new.subjects[name], new, judge)


def _carry_facts(old: Words, before: Subject, new: Words, subject: Subject) -> None:
    for fact in subject.scope.facts.values():
        earlier = before.scope.facts.get(fact.name)
        if (
            earlier is None
            or fact.declared.derived
            or fact.declared.type != earlier.declared.type
            or fact.source_kind != earlier.source_kind
        ):
            continue
        value = before.raw[earlier.slot]
        origin = before.origins[earlier.slot]
        if origin is not None or (value is not None and not fact.default_from_start):
            if origin is not None and (state := new.sources[origin.source]).heartbeat is None:
                # Who cannot be lost is always heard.
                origin = origin.said_again(state.hearing)
            if earlier.slot in before.skewed and not fact.declared.planned:
                subject.skewed[fact.slot] = fact
            new.put(subject, fact, value, origin)


def _rule_of(rule_id: str, subject: Subject | None) -> CompiledRule | None:
    if subject is None:
        return None
    return next((rule for rule in subject.scope.rules if rule.rule.is_called(rule_id)), None)


def _carry_state(
    state: RuleState,
    rule: CompiledRule,
    subject: Subject | None,
    new: Words,
    judge: Judge,
    orphans: dict[tuple[str, str], Finding],
) -> None:
    now_rule = _rule_of(rule.rule.id, subject)
    if now_rule is None or subject is None:
        if state.finding is not None:
            orphans[rule.rule.id, state.finding.subject] = state.finding
        return
    if now_rule.rule.hash != rule.rule.hash:
        state.since = None
    adopt(state, now_rule, subject, new, judge)


def adopt(state: RuleState, rule: CompiledRule, subject: Subject, new: Words, judge: Judge) -> None:
    """Give a rule and a subject what they remember from before; what ticks their steps is left to
    `Judge.begin_ticks`."""
    subject.states[rule.index] = state
    finding = state.finding
    if finding is not None:
        judge.open[rule.index, subject.name] = finding
        for name, column in rule.confirmations.items():
            if name in finding.confirmations:
                before = subject.classes[column.index]
                confirmed = CLASS_OF_TRUTH[Truth.TRUE]
                subject.classes[column.index] = confirmed
                new.agenda.shift(subject, column, before, confirmed)
        finding.ticked = []
    new.agenda.judge(subject, rule)
