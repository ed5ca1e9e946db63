"""The life of findings: raised, joined by new occurrences, confirmed, resolved (laws 1 to 5, 11,
16)."""

from __future__ import annotations

from datetime import datetime

from rules.built_in import BUILT_IN, CLOCK_SKEW
from rules.columns import CLASS_OF_TRUTH
from rules.compiled import CompiledRule
from rules.deadlines import HOLD, Deadlines
from rules.finding import Change, ChangeKind, Confirmation, Finding, Note, evidence_of, recognised
from rules.source_state import Origin
from rules.subject import RuleState, Subject
from rules.values import Value, comparable
from rules.vocabulary import Event, Truth
from rules.words import Words


class Judge:
    """Turns verdicts into findings, one open at most for a rule and a subject."""

    def __init__(self, words: Words, deadlines: Deadlines) -> None:
        self._words = words
        self._deadlines = deadlines
        self.changes: list[Change] = []
        self.event: Event | None = None
        """The event that is being applied; none while time alone passes."""
        self.open: dict[tuple[int, str], Finding] = {}
        """Open findings by the rule's number and the subject."""

    def adopt_open(self) -> None:
        """Find the open findings of words that have been copied."""
        for name, subject in self._words.subjects.items():
            for index, state in subject.states.items():
                if state.finding is not None:
                    self.open[index, name] = state.finding

    def begin_ticks(self) -> None:
        """Take the steps of findings that have just been carried over as they are now."""
        for subject in self._words.subjects.values():
            for index, state in subject.states.items():
                rule = self._words.programs.rules[index]
                if state.finding is not None and rule.ticks:
                    state.finding.ticked = self._ticks(subject, rule)

    def _ticks(self, subject: Subject, rule: CompiledRule) -> list[bool]:
        return [number >= 0 and subject.verdicts[number] == Truth.TRUE for number in rule.done]

    def settle(self) -> None:
        """Conclude, judge and report until nothing more follows."""
        words, agenda = self._words, self._words.agenda
        done: dict[tuple[int, str, int], tuple[Subject, CompiledRule]] | None = None
        while True:
            if agenda.derived:
                words.derived.settle()
            if agenda.candidates:
                candidates, agenda.candidates = agenda.candidates, []
                for subject, number in candidates:
                    scope, verdicts = subject.scope, subject.verdicts
                    key = subject.keys[number]
                    verdict = scope.memories[number].get(key)
                    if verdict is None:
                        verdict = words.programs.verdicts.of(scope, number, key)
                    if verdict == verdicts[number]:
                        continue
                    verdicts[number] = verdict
                    program = scope.programs[number]
                    rule = program.rule
                    kind = program.kind
                    if rule.index not in subject.states:
                        # Where nothing is remembered, all that matters is that it begins to hold.
                        if kind == "when" and verdict == Truth.TRUE:
                            agenda.to_judge[rule.index, subject.name] = subject, rule
                    elif kind != "done":
                        agenda.to_judge[rule.index, subject.name] = subject, rule
                    else:
                        done = {} if done is None else done
                        done[rule.index, subject.name, rule.done.index(number)] = subject, rule
            elif agenda.to_judge:
                to_judge, agenda.to_judge = agenda.to_judge, {}
                # No two keys are the same, so that only keys are ever compared.
                for _, (subject, rule) in (
                    sorted(to_judge.items()) if len(to_judge) > 1 else to_judge.items()
                ):
                    self._judge(subject, rule)
            else:
                break
        for (_, _, step), (subject, rule) in sorted(done.items()) if done else ():
            self._tick(subject, rule, step)

    def _change(
        self, kind: ChangeKind, finding: Finding, step: int = -1, note: Note | None = None
    ) -> None:
        change = Change(kind, self._words.now, finding, self.event, step, note)
        self.changes.append(change)

    def _judge(self, subject: Subject, rule: CompiledRule) -> None:
        verdict = subject.verdicts[rule.when]
        state = subject.states.get(rule.index)
        if state is None:
            if verdict != Truth.TRUE:
                return
            state = subject.states[rule.index] = RuleState()
            if rule.simple:
                self._raise(subject, rule, state, None)
                return
        elif rule.simple and verdict == Truth.FALSE and state.finding is not None:
            self._end(subject, rule, state, "resolved")
            del subject.states[rule.index]
            return
        if verdict == Truth.FALSE:
            state.spent = False
            state.since = None
        holds = verdict == Truth.TRUE and self._held(subject, rule, state)
        occurrence: Value | None = None
        if rule.occurrence is not None:
            level, fact = rule.occurrence
            around = subject.around(level) if level else subject
            known = self._words.known(around, fact) if around else None
            occurrence = recognised(fact.declared, known)
        if state.finding is not None:
            self._judge_open(subject, rule, state, verdict, holds, occurrence)
        if state.finding is None and holds and not self._is_spent(rule, state, occurrence):
            self._raise(subject, rule, state, occurrence)
        if state.idle:
            del subject.states[rule.index]

    def _held(self, subject: Subject, rule: CompiledRule, state: RuleState) -> bool:
        """Whether a pattern that is true has been so for as long as the rule wants."""
        hold = rule.rule.hold
        if hold is None:
            return True
        now = self._words.now
        if state.since is None:
            state.since = now
        if now - state.since >= hold:
            return True
        self._deadlines.schedule(("for", subject.name, rule.index), state.since + hold, HOLD)
        return False

    def _is_spent(self, rule: CompiledRule, state: RuleState, occurrence: Value | None) -> bool:
        if not state.spent:
            return False
        return occurrence is None or _same(rule, occurrence, state.spent_occurrence)

    def _judge_open(
        self,
        subject: Subject,
        rule: CompiledRule,
        state: RuleState,
        verdict: int,
        holds: bool,
        occurrence: Value | None,
    ) -> None:
        finding = state.finding
        assert finding is not None
        if rule.until >= 0:
            end = subject.verdicts[rule.until]
            over, unclear = end == Truth.TRUE, end == Truth.UNKNOWN
        else:
            over, unclear = verdict == Truth.FALSE, verdict == Truth.UNKNOWN
        if over:
            self._end(subject, rule, state, "resolved")
            return
        if unclear != (finding.unconfirmed_since is not None):
            finding.unconfirmed_since = self._words.now if unclear else None
            self._change("unconfirmed" if unclear else "confirmed", finding)
        if holds and occurrence is not None and not _same(rule, occurrence, finding.occurrence):
            finding.occurrence = occurrence
            finding.recurred_at = (*finding.recurred_at, self._words.now)
            finding.acknowledged = None
            self._reset_confirmations(subject, rule, finding)
            self._change("recurred", finding)

    def _raise(
        self, subject: Subject, rule: CompiledRule, state: RuleState, occurrence: Value | None
    ) -> None:
        words = self._words
        values: tuple[Value | None, ...]
        origins: tuple[Origin | None, ...]
        levels: tuple[str, ...]
        if rule.own_slots is not None and words.unheard == 0:
            values, origins = rule.own_slots(subject.raw), rule.own_slots(subject.origins)
            levels = (subject.name,)
        else:
            values, origins, levels = self._freeze(subject, rule)
        finding = Finding(rule, levels, words.now, occurrence, values, origins, words.programs)
        if rule.ticks:
            finding.ticked = self._ticks(subject, rule)
        if rule.rule.hash == BUILT_IN:
            skew = rule.rule.id == f"{CLOCK_SKEW}-{subject.scope.name}"
            slots = subject.skewed if skew else subject.unrecognised
            finding.noticed = tuple(
                evidence_of(
                    fact.declared, subject.raw[fact.slot], subject.origins[fact.slot], subject.name
                )
                for fact in subject.scope.facts.values()
                if fact.slot in slots
            )
        state.spent = False
        state.spent_occurrence = None
        state.finding = self.open[rule.index, subject.name] = finding
        self._change("raised", finding)
        if rule.until >= 0 and subject.verdicts[rule.until] != Truth.FALSE:
            words.agenda.judge(subject, rule)

    def _freeze(
        self, subject: Subject, rule: CompiledRule
    ) -> tuple[tuple[Value | None, ...], tuple[Origin | None, ...], tuple[str, ...]]:
        """What a finding keeps of the facts that its rule looks at, and of whom they are."""
        lineage = subject.lineage()
        values: list[Value | None] = []
        origins: list[Origin | None] = []
        for level, fact in rule.evidence:
            around = lineage[level] if level < len(lineage) else None
            values.append(self._words.known(around, fact) if around else None)
            origins.append(around.origins[fact.slot] if around else None)
        return tuple(values), tuple(origins), tuple(one.name for one in lineage)

    def _end(
        self, subject: Subject, rule: CompiledRule, state: RuleState, kind: ChangeKind
    ) -> None:
        finding = state.finding
        assert finding is not None
        finding.resolved_at = self._words.now
        state.finding = None
        state.spent = subject.verdicts[rule.when] != Truth.FALSE
        state.spent_occurrence = finding.occurrence
        del self.open[rule.index, subject.name]
        if rule.confirmations:
            self._reset_confirmations(subject, rule, None)
        self._change(kind, finding, note=finding.closed_by)

    def _reset_confirmations(
        self, subject: Subject, rule: CompiledRule, finding: Finding | None
    ) -> None:
        for name in rule.confirmations:
            self._set_confirmation(subject, rule, name, Truth.FALSE)
        if finding is not None:
            finding.confirmations = {}

    def _set_confirmation(
        self, subject: Subject, rule: CompiledRule, name: str, truth: Truth
    ) -> None:
        column = rule.confirmations[name]
        old, new = subject.classes[column.index], CLASS_OF_TRUTH[truth]
        if new != old:
            subject.classes[column.index] = new
            self._words.agenda.shift(subject, column, old, new)

    def _tick(self, subject: Subject, rule: CompiledRule, step: int) -> None:
        state = subject.states.get(rule.index)
        if state is None or state.finding is None:
            return
        ticked = subject.verdicts[rule.done[step]] == Truth.TRUE
        if state.finding.ticked and ticked != state.finding.ticked[step]:
            state.finding.ticked[step] = ticked
            self._change("step_ticked" if ticked else "step_unticked", state.finding, step)

    # What operators do

    def _finding_of(
        self, event: Event, what: str
    ) -> tuple[Subject, CompiledRule, RuleState, Finding] | None:
        """The open finding that an operator's event is about; counted where there is none."""
        subject = self._words.subjects.get(event.subject)
        for index, state in subject.states.items() if subject else ():
            finding = state.finding
            if finding is not None and finding.rule.is_called(event.data.rule):
                assert subject is not None
                return subject, self._words.programs.rules[index], state, finding
        self._words.refused.count(
            f"{what} without a finding", f"{event.data.rule} on {event.subject}"
        )
        return None

    def acknowledge(self, event: Event, orphan: Finding | None) -> None:
        """An operator has taken note of a finding, which may be one whose rule is gone."""
        found = self._finding_of(event, "acknowledgements") if orphan is None else None
        finding = found[3] if found else orphan
        if finding is not None:
            finding.acknowledged = _note(event, self._words.now, event.data.note)
            self._change("acknowledged", finding, note=finding.acknowledged)

    def write_note(self, event: Event, orphan: Finding | None) -> None:
        """An operator has written about a finding, or about a subject alone."""
        if not event.data.rule:
            return
        found = self._finding_of(event, "notes") if orphan is None else None
        finding = found[3] if found else orphan
        if finding is not None:
            note = _note(event, self._words.now, event.data.note)
            finding.notes = (*finding.notes, note)
            self._change("note", finding, note=note)

    def close(self, event: Event) -> None:
        """An operator has closed a finding by hand, with a reason (law 5)."""
        if not event.data.reason.strip():
            self._words.refused.count(
                "closings without a reason", f"{event.data.rule} on {event.subject}"
            )
            return
        if (found := self._finding_of(event, "closings")) is not None:
            subject, rule, state, finding = found
            finding.closed_by = _note(event, self._words.now, event.data.reason)
            self._end(subject, rule, state, "closed")
            if state.idle:
                del subject.states[rule.index]

    def close_orphan(self, finding: Finding, event: Event) -> None:
        """An operator has closed a finding whose rule is gone."""
        finding.closed_by = _note(event, self._words.now, event.data.reason)
        finding.resolved_at = self._words.now
        self._change("closed", finding, note=finding.closed_by)

    def confirm(self, event: Event) -> None:
        """An operator has confirmed a step of a finding (law 4)."""
        found = self._finding_of(event, "confirmations")
        if found is None:
            return
        subject, rule, _, finding = found
        name = event.data.confirm
        if name not in rule.confirmations:
            self._words.refused.count("confirmations of no step", f"{name} of {event.data.rule}")
            return
        now = self._words.now
        if name not in finding.confirmations:
            by = event.source.partition("/")[2] or event.source
            confirmation = Confirmation(by=by, at=now)
            finding.confirmations = {**finding.confirmations, name: confirmation}
            for number, step in enumerate(rule.rule.steps):
                if step.confirm == name:
                    self._change("step_ticked", finding, number)
            self._set_confirmation(subject, rule, name, Truth.TRUE)


def _same(rule: CompiledRule, occurrence: Value, earlier: Value | None) -> bool:
    """Whether two values of a rule's occurrence name one happening."""
    if occurrence == earlier:
        return True
    if earlier is None or rule.occurrence is None:
        return False
    kind = rule.occurrence[1].declared.type
    try:
        return bool(comparable(kind, occurrence) == comparable(kind, earlier))
    except (ValueError, TypeError):
        # A reload has made the rule tell its happenings by a fact of another type.
        return False


def _note(event: Event, at: datetime, text: str) -> Note:
    return Note(by=event.source.partition("/")[2] or event.source, at=at, text=text)
