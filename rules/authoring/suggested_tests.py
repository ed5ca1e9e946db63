"""Tests that would notice a change that none notices yet, written out for people to judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from rules.authoring.mutants import Mutant
from rules.authoring.play import OpenLog
from rules.authoring.read_rule_tests import TestTexts, read_tests
from rules.authoring.rule_tests import RuleTest
from rules.authoring.run_tests import Runner
from rules.authoring.suggest import Row, Suggestions
from rules.engine import Watch
from rules.rule_base import RuleBase
from rules.values import Value

_NO_LOGS: Final[OpenLog] = lambda _: ()  # noqa: E731 -- rows have no logs


class Suggested(msgspec.Struct, frozen=True):
    """A row of a test table that comes out otherwise under a change."""

    head: str
    """The table's first lines, up to its rows."""
    row: str
    test: RuleTest

    @property
    def table(self) -> str:
        """The row as a table of its own."""
        return f"{self.head}rows = [\n{self.row}\n]\n"

    def notices(self, rule_base: RuleBase, mutant: Mutant) -> bool:
        """Whether it comes out otherwise under another change, too."""
        return _fails_under(rule_base, mutant, self.test)


def as_tables(rows: Iterable[tuple[str, str]]) -> str:
    """Rows with their heads, those of one head in one table."""
    tables: dict[str, list[str]] = {}
    for head, row in rows:
        tables.setdefault(head, []).append(row)
    return "\n".join(
        f"{head}rows = [\n" + "\n".join(dict.fromkeys(found)) + "\n]\n"
        for head, found in tables.items()
    )


def suggest(rule_base: RuleBase, mutant: Mutant) -> Suggested | None:
    """A row that would notice a change; None where no situation was found. What the row expects
    is what the unchanged rules say: it is to be judged."""
    is_rule = any(rule.id == mutant.owner for rule in rule_base.rules)
    key = "rule" if is_rule else "fact"
    for row in Suggestions(rule_base).rows(mutant):
        head = f"[[table]]\n{key} = {json.dumps(row.owner)}\n"
        some = ["open = false"] if is_rule else []
        test = _read(rule_base, f"{head}rows = [\n{_row_text(row, some)}\n]\n")
        if test is None:
            continue
        expected = _observe(rule_base, test, row.owner if is_rule else "", row.owner)
        text = _row_text(row, expected)
        whole = _read(rule_base, f"{head}rows = [\n{text}\n]\n")
        if (
            whole is not None
            and not _fails(rule_base, whole)
            and _fails_under(rule_base, mutant, whole)
        ):
            return Suggested(head, text, whole)
    return None


def _read(rule_base: RuleBase, text: str) -> RuleTest | None:
    tests, _ = read_tests(TestTexts({"suggested.test.toml": text.encode()}), rule_base)
    return tests[0] if tests else None


def _observe(rule_base: RuleBase, test: RuleTest, rule: str, fact: str) -> list[str]:
    """What the unchanged rules make of a row."""
    at = test.states[0].at
    bare = msgspec.structs.replace(test, states=(), never=frozenset(), rules=frozenset(), end=at)
    seen: list[Watch] = []
    runner = Runner(rule_base, _NO_LOGS, observer=lambda watch, _: seen.append(watch))
    runner.run(bare)
    watch = seen[-1]
    if not rule:
        value = watch.value(test.subject, fact)
        runner.close()
        return [] if value is None else [f"value = {_toml(value)}"]
    finding = next(
        (one for one in watch.findings() if (one.rule.id, one.subject) == (rule, test.subject)),
        None,
    )
    found = [f"open = {_toml(finding is not None)}"]
    if finding is not None:
        if finding.unconfirmed_since is not None:
            found.append("unconfirmed = true")
        if steps := watch.steps(finding):
            found.append(f"steps = [{', '.join(_toml(step.status) for step in steps)}]")
    runner.close()
    return found


def _fails(rule_base: RuleBase, test: RuleTest) -> bool:
    runner = Runner(rule_base, _NO_LOGS, explain_failures=False)
    failed = not runner.run(test).passed
    runner.close()
    return failed


def _fails_under(rule_base: RuleBase, mutant: Mutant, test: RuleTest) -> bool:
    changed = {rule.id: rule for rule in mutant.rules}
    needed = {derivation.fact for derivation in mutant.derivations}
    kept = [one for one in rule_base.derivations if one.fact not in needed]
    base = msgspec.structs.replace(
        rule_base,
        rules=tuple(changed.get(rule.id, rule) for rule in rule_base.rules),
        derivations=(*mutant.derivations, *kept),
    )
    return _fails(base, test)


def _row_text(row: Row, expected: Iterable[str]) -> str:
    parts = [f"first = {_toml_table(row.first)}"] if row.first else []
    if row.facts or not row.first:
        parts.append(f"facts = {_toml_table(row.facts)}")
    for key, names in (("unknown", row.unknown), ("confirm", row.confirm)):
        if names:
            parts.append(f"{key} = [{', '.join(map(_toml, names))}]")
    return "    { " + ", ".join([*parts, *expected]) + " },"


def _toml_table(facts: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{name} = {_toml(value)}" for name, value in facts.items())
    return f"{{ {inside} }}" if inside else "{}"


def _toml(value: Value) -> str:
    """A value as TOML; its texts are written as in JSON."""
    return json.dumps(value, ensure_ascii=False)
