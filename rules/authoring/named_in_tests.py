"""What a test may name of a rule base: rules, operations, facts, subjects, sources, steps."""

from __future__ import annotations

from collections.abc import Collection

from rules.fault_codes import Code
from rules.faults import nearest
from rules.rule_base import Rule, RuleBase
from rules.tables import Table


class NamedInTests:
    """Reads names in the tables of tests; of one that means nothing, it notes what was meant."""

    def __init__(self, rule_base: RuleBase) -> None:
        self.base = rule_base
        self._by_id = {rule.id: rule for rule in rule_base.rules}

    def rule(self, rule_id: str) -> Rule | None:
        """A rule that is judged."""
        return self._by_id.get(rule_id)

    def check_rule(self, table: Table, name: str, *keys: str | int, of_key: bool = False) -> None:
        """Note that a name is no rule's, and what the rule is called now."""
        if not name or name in self._by_id:
            return
        now = next((one.id for one in self.base.rules if one.is_called(name)), "")
        retired = next((one for one in self.base.deprecated if one.is_called(name)), None)
        hint = nearest(name, sorted(self._by_id))
        if now:
            hint = f"; it is called {now} now"
        elif retired is not None:
            hint = f" that is judged: it is deprecated ({retired.deprecated})"
        table.fault(Code.UNKNOWN_RULE, f"{name!r} is no rule{hint}", *keys, of_key=of_key)

    def rules(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of rules' ids."""
        names = table.texts(key)
        for position, name in enumerate(names):
            self.check_rule(table, name, key, position)
        return names

    def operations(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of operations."""
        return self._of(table, key, self.base.operations, "is no operation", Code.UNKNOWN_WORD)

    def facts(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of facts' names."""
        return self._of(table, key, self.base.facts, "is not in the catalogue", Code.UNKNOWN_FACT)

    def families(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of families of facts."""
        known = sorted({fact.family for fact in self.base.facts.values()})
        return self._of(table, key, known, "is no family of facts", Code.UNKNOWN_FACT)

    def _of(
        self, table: Table, key: str, known: Collection[str], wrong: str, code: Code
    ) -> tuple[str, ...]:
        names = table.texts(key)
        for position, name in enumerate(names):
            if name not in known:
                few = f"; there are {', '.join(known)}" if len(known) <= 12 else ""
                message = f"{name!r} {wrong}{nearest(name, known) or few}"
                table.fault(code, message, key, position)
        return names

    def source(self, table: Table, key: str, *, with_name: bool) -> str:
        """A kind of source, or one source of it; with `with_name`, one source alone."""
        said = table.text(key)
        kind, _, name = said.partition("/")
        if not said:
            return ""
        if kind not in self.base.sources:
            hint = nearest(kind, self.base.sources)
            hint = hint or f"; there are {', '.join(self.base.sources)}"
            table.fault(Code.BAD_TEST, f"{said!r} is no kind of source{hint}", key)
            return ""
        if with_name and not name:
            message = f'must be one source of its kind, such as {key} = "{kind}/a"'
            table.fault(Code.BAD_TEST, message, key)
            return ""
        return said

    def subject(self, table: Table, key: str = "subject") -> str:
        """A subject."""
        said = table.text(key)
        scope, _, name = said.partition("/")
        if said and (scope not in self.base.scopes or not name):
            hint = nearest(scope, self.base.scopes) if scope not in self.base.scopes else ""
            table.fault(
                Code.BAD_TEST, f"{said!r} is no subject; right is {self.subjects}{hint}", key
            )
            return ""
        return said

    @property
    def subjects(self) -> str:
        """How subjects are written."""
        return " or ".join(f'"{one}/NAME"' for one in self.base.scopes)

    def check_confirmed(self, table: Table, rule_id: str, name: str, *keys: str | int) -> None:
        """Note that no step of a rule is confirmed by a name."""
        rule = self.rule(rule_id)
        if rule is None or not name:
            return
        known = [step.confirm for step in rule.steps if step.confirm]
        if name not in known:
            hint = nearest(name, known) or (
                f"; it has {', '.join(known)}" if known else "; none of its steps is confirmed"
            )
            message = f"{rule_id} has no step that is confirmed as {name!r}{hint}"
            table.fault(Code.UNKNOWN_WORD, message, *keys)
