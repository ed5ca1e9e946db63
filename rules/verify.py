"""Holding the engine against the plain evaluator: `--verify`."""

from __future__ import annotations

from rules.compiled import CompiledDerived, CompiledRule
from rules.evaluate import truth
from rules.finding import recognised
from rules.matcher import EngineFault
from rules.read_pattern import CONFIRM
from rules.subject import Subject
from rules.values import Value
from rules.vocabulary import Truth
from rules.words import Words


def check_subject(words: Words, subject: Subject) -> None:
    """Judge everything on a subject again from its facts alone.

    Raises:
        EngineFault: at the first verdict that differs.
    """
    scope = subject.scope
    for number, program in enumerate(scope.programs):
        owner = program.owner

        def value(name: str, owner: CompiledRule | CompiledDerived = owner) -> Value | None:
            if name.startswith(CONFIRM) and isinstance(owner, CompiledRule):
                column = owner.confirmations[name.removeprefix(CONFIRM)]
                return bool(subject.classes[column.index] == 2)
            fact = words.programs.facts[name]
            return recognised(fact.declared, words.seen_by(subject, fact))

        plain = truth(program.pattern, value, words.now, words.programs.rule_base.facts)
        if plain != subject.verdicts[number]:
            name = owner.rule.id if isinstance(owner, CompiledRule) else owner.fact.name
            found = Truth(subject.verdicts[number]).name.lower()
            raise EngineFault(
                f"{program.kind} of {name} on {subject.name} at {words.now}: the engine says "
                f"{found}, the plain evaluator {plain.name.lower()}"
            )
