"""How new subjects begin: everything that follows from the rule base alone is worked out once for
each scope."""

from __future__ import annotations

from rules.agenda import Agenda, situations
from rules.compiled import CompiledScope
from rules.derived_facts import DerivedFacts
from rules.program import Programs
from rules.subject import TEMPLATE, Subject, Template
from rules.vocabulary import Truth


class Templates:
    """What every new subject of a scope starts as, made when its first subject is mentioned."""

    def __init__(self, programs: Programs, agenda: Agenda, derived: DerivedFacts) -> None:
        self._programs = programs
        self._agenda = agenda
        self._derived = derived
        self._made: dict[str, Template] = {}

    def of(self, scope: CompiledScope) -> Template:
        """The template of a scope."""
        return self._made.get(scope.name) or self._make(scope)

    def share(self, templates: Templates) -> None:
        """Take over what another watch under the same rules has made, and will make."""
        self._made = templates._made

    def _make(self, scope: CompiledScope) -> Template:
        template = Template(scope)
        for fact in scope.facts.values():
            if fact.default_from_start:
                template.raw[fact.slot] = fact.declared.default
        large, template.large = template.large, False
        verdicts = self._programs.verdicts
        first = Subject(f"{scope.name}/", TEMPLATE, template)
        for program, key in enumerate(situations(self._programs.scopes, first)):
            first.keys[program] = key
            if scope.programs[program].kind != "derive":
                first.verdicts[program] = verdicts.of(scope, program, key)
        for derived in scope.derived:
            self._agenda.conclude(first, derived)
        self._derived.settle()
        for subject, program in self._agenda.candidates:
            if subject is first:
                first.verdicts[program] = verdicts.of(scope, program, first.keys[program])
        self._agenda.drop(first)
        template.raw, template.origins = list(first.raw), list(first.origins)
        template.classes, template.keys = list(first.classes), list(first.keys)
        template.verdicts = bytearray(first.verdicts)
        template.true_from_start = [
            place
            for place, rule in enumerate(scope.rules)
            if first.verdicts[rule.when] == Truth.TRUE
        ]
        template.defaults_to_look_at = [
            fact
            for fact in scope.facts.values()
            if not fact.plain and template.raw[fact.slot] is not None
        ]
        template.large = large
        self._made[scope.name] = template
        return template
