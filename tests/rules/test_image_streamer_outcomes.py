"""An update's outcome: every combination of what can be known and seen has exactly one, and what
is not certain forbids another update (law 18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import product

import pytest
from sample_logs import RULES

from rules.evaluate import truth
from rules.loader import load_rule_base
from rules.rule_base import RuleBase
from rules.values import Value
from rules.vocabulary import Truth

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
RESULTS = (
    "running",
    "completed",
    "warning",
    "error",
    "terminated",
    "killed",
    "interrupted",
    "not-seen",
    "unrecognised",
)
MEMBERS = ("first", "storage", "second")


@pytest.fixture(scope="module")
def rule_base() -> RuleBase:
    return load_rule_base(RULES)


def values_of(rule_base: RuleBase, fact: str, facts: Mapping[str, Value]) -> list[Value]:
    """The values that derivations of a fact give, with every other derivation definitely false."""
    found = []
    for derivation in rule_base.derivations:
        if derivation.fact == fact:
            held = truth(derivation.when, facts.get, NOW, rule_base.facts)
            assert held is not Truth.UNKNOWN, f"{fact} {derivation.value} is unknown for {facts}"
            if held is Truth.TRUE:
                found.append(derivation.value)
    return found


def outcome_of(rule_base: RuleBase, facts: Mapping[str, Value]) -> Value:
    """The one outcome of some facts."""
    (stage,) = values_of(rule_base, "update.stage", facts)
    outcomes = values_of(rule_base, "update.outcome", {**facts, "update.stage": stage})
    assert len(outcomes) <= 1, f"{outcomes} for {facts}"
    otherwise = rule_base.facts["update.outcome"].otherwise
    assert otherwise is not None
    return outcomes[0] if outcomes else otherwise


def update(
    result: str, changed: tuple[str, ...], *, refused: bool, storage: bool
) -> dict[str, Value]:
    """An update of which everything is known; versions of the changed members are new."""
    facts: dict[str, Value] = {
        "update.id": "u",
        "update.after_id": "u",
        "update.result": result,
        "update.validation_error": refused,
        "update.error_names_storage": storage,
    }
    for member, change in zip(MEMBERS, changed, strict=True):
        before = "12.6.00" if member == "storage" else "5.00.02"
        facts[f"update.{member}.before"] = before
        facts[f"update.{member}.after"] = {"same": before, "new": "5.20.01", "odd": "5.10"}[change]
    return facts


def table(result: str, changed: tuple[str, ...], *, refused: bool, storage: bool) -> str:
    """The decision table, said in another way than the rule base says it."""
    if result == "running":
        return "running"
    if result == "not-seen":
        return "unobserved"
    new = tuple(change != "same" for change in changed)
    match result, new:
        case "completed", (True, True, True):
            return "unclassified" if changed[2] == "odd" else "succeeded"
        case "error", (False, False, False):
            if storage:
                return "storage-failed"
            return "refused" if refused else "active-failed"
        case "error", (False, True, False):
            return "active-failed-storage-kept"
        case "error" | "warning", (True, True, False):
            return "standby-failed"
        case "error", (True, False, _):
            return "storage-failed"
    return "unclassified"


@pytest.mark.law(18)
def test_each_combination_of_result_and_versions_has_the_outcome_of_the_table(
    rule_base: RuleBase,
) -> None:
    changes = product(("same", "new"), ("same", "new"), ("same", "new", "odd"))
    for result, changed, refused, storage in product(
        RESULTS, changes, (True, False), (True, False)
    ):
        facts = update(result, changed, refused=refused, storage=storage)
        wanted = table(result, changed, refused=refused, storage=storage)
        assert outcome_of(rule_base, facts) == wanted, facts


@pytest.mark.law(18)
def test_each_combination_of_known_and_unknown_facts_has_one_stage(rule_base: RuleBase) -> None:
    whole = update("error", ("same", "same", "same"), refused=False, storage=False)
    results = (None, "running", "error", "completed", "not-seen")
    unread = (None, "first", "storage", "second")
    told = ((True, True), (False, True), (True, False), (False, False))
    for seen, result, after_id, before, after, (validation, storage) in product(
        (True, False), results, ("u", "other", None), unread, unread, told
    ):
        facts = dict(whole)
        missing = [f"update.{before}.before"] if before else []
        missing += [f"update.{after}.after"] if after else []
        missing += [] if validation else ["update.validation_error"]
        missing += [] if storage else ["update.error_names_storage"]
        missing += [] if seen else ["update.id"]
        for name, value in (("update.result", result), ("update.after_id", after_id)):
            if value is None:
                missing.append(name)
            else:
                facts[name] = value
        for name in missing:
            facts.pop(name, None)
        settled = after_id == "u" and not after and (result != "error" or (validation and storage))
        if not seen:
            wanted = "never"
        elif result == "running":
            wanted = "running"
        elif result is None or not settled:
            wanted = "unsettled"
        else:
            wanted = "unobserved" if before or result == "not-seen" else "observed"
        assert values_of(rule_base, "update.stage", facts) == [wanted], facts


@pytest.mark.law(18)
def test_every_outcome_has_a_rule_and_those_that_are_not_certain_forbid_an_update(
    rule_base: RuleBase,
) -> None:
    outcomes = rule_base.facts["update.outcome"].values
    silent = set()
    for outcome in outcomes:
        facts: dict[str, Value] = {
            "update.outcome": outcome,
            "update.settled": False,
            "update.validation_cause": "unclear",
            "update.error_names_storage": False,
            "update.result": "error",
            "update.first.after": "5.00.02",
            "update.second.after": "5.00.02",
        }
        held = [
            rule
            for rule in rule_base.rules
            if truth(rule.when, facts.get, NOW, rule_base.facts) is Truth.TRUE
        ]
        if not held:
            silent.add(outcome)
        if outcome in ("running", "undecided", "unobserved", "unclassified"):
            forbidden = [part for rule in held for part in rule.forbid]
            grades = [part.source.grade for part in forbidden if part.operation == "update"]
            assert grades, outcome
            assert set(grades) == {"inferred"}, outcome
    assert silent == {"none"}


@pytest.mark.law(18)
def test_an_update_without_a_before_has_one_rule_whatever_it_ended_as(rule_base: RuleBase) -> None:
    found = set()
    for result, second in product(RESULTS, ("5.20.01", "5.00.02")):
        facts: dict[str, Value] = {
            "update.outcome": "unobserved",
            "update.result": result,
            "update.first.after": "5.20.01",
            "update.second.after": second,
        }
        (held,) = (
            rule
            for rule in rule_base.rules
            if "U-unobserved" in rule.cases
            and truth(rule.when, facts.get, NOW, rule_base.facts) is Truth.TRUE
        )
        forbidden = {part.operation for part in held.forbid}
        assert {"update", "failover", "power-off"} <= forbidden
        is_good = result == "completed" and second == "5.20.01"
        assert held.severity == ("notice" if is_good else "critical")
        found.add(held.id)
    assert found == {"update-unobserved", "update-unobserved-completed"}


@pytest.mark.law(18)
def test_the_guides_one_prohibition_is_of_the_guides_own_grade(rule_base: RuleBase) -> None:
    graded = {
        rule.id
        for rule in rule_base.rules
        for part in rule.forbid
        if part.operation == "update" and part.source.grade == "guide"
    }
    assert graded == {
        "update-storage-failed",
        "update-storage-failed-inferred",
        "update-error-names-storage",
    }
