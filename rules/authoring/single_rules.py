"""What is wrong with one rule by itself: patterns that never hold or always do, findings that end
as they begin, steps that are never ticked or always are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rules.authoring.diagram import EVERYWHERE, NOWHERE
from rules.authoring.open_findings import OpenFindings
from rules.authoring.situation_words import SituationWords, cut
from rules.authoring.space import Space
from rules.fault_codes import Code
from rules.pattern import Combination, Condition, Pattern, conditions, facts_named
from rules.positions import Path
from rules.read_pattern import CONFIRM
from rules.rule_base import Rule, RuleBase, Step
from rules.vocabulary import UNRECOGNISED
from rules.wording import say_value


class Found(NamedTuple):
    """Something that is wrong, and where in the rule's table."""

    code: Code
    path: Path
    message: str


class SingleRules:
    """Looks into one rule after another."""

    def __init__(
        self, rule_base: RuleBase, space: Space, lives: OpenFindings, words: SituationWords
    ) -> None:
        self._base = rule_base
        self._space = space
        self._lives = lives
        self._words = words
        self._held: dict[Condition, str] = {}

    def find(self, rule: Rule, *, as_read: bool) -> Iterator[Found]:
        """What is wrong with a rule; of one that is not what was read of it, since parts of it are
        faulty, with its patterns alone.

        Raises:
            TooLargeError: it cannot be told within reasonable room.
        """
        when = self._space.sets(rule.when).true
        if when == NOWHERE:
            message = f"{rule.id} can never hold: {self.reason(rule.when)}"
            yield Found(Code.NEVER_HOLDS, ("when",), message)
        elif always := self._always(rule.when):
            yield Found(Code.ALWAYS_HOLDS, ("when",), f"{rule.id} {always}")
        else:
            for pattern in self._dead_alternatives(rule.when, when):
                message = f"this alternative can never hold: {self._words.part(pattern)}"
                yield Found(Code.ALTERNATIVE_NEVER_HOLDS, ("when",), message)
        for message in self.unrecognised_alike(rule.when):
            yield Found(Code.UNRECOGNISED_ALIKE, ("when",), message)
        if rule.until is not None:
            yield from self._until(rule, rule.until, when)
            for message in self.unrecognised_alike(rule.until, rule.id):
                yield Found(Code.UNRECOGNISED_ALIKE, ("until",), message)
        if not as_read:
            return
        ending: list[int] = []
        for number, step in enumerate(rule.steps):
            if step.done_when is not None:
                if self._ends_it(rule, step.done_when):
                    ending.append(number)
                where = "then", "step", number, "done_when"
                for code, message in self._step(rule, step, step.done_when):
                    yield Found(code, where, f"step {number + 1} {message}")
        yield from self._left_behind(rule, ending)

    def unrecognised_alike(self, pattern: Pattern, owner: str = "") -> Iterator[str]:
        """The conditions of a pattern by which it can hold of two words that no catalogue knows."""
        for condition in conditions(pattern):
            strange = unrecognised_of(condition, self._base)
            if not strange:
                continue
            where = self._space.sets(pattern, owner).true
            for one in strange:
                where = self._space.diagram.both(where, self._space.sets(one).true)
            if where != NOWHERE:
                yield (
                    f"{condition.fact} same as {condition.operand} holds also of two words that "
                    "the catalogue does not know, though they may differ; "
                    'not = "unrecognised" beside it leaves them out'
                )

    def _until(self, rule: Rule, until: Pattern, when: int) -> Iterator[Found]:
        if self._space.sets(until, rule.id).true == NOWHERE:
            message = f"until can never hold: {self.reason(until, rule.id)}"
            yield Found(Code.UNTIL_NEVER_HOLDS, ("until",), message)
        elif when != NOWHERE and self._lives.of(rule).raised == NOWHERE:
            message = (
                f"{rule.id} would be resolved whenever it is raised: until holds wherever "
                "when does; until says what ends the finding later"
            )
            yield Found(Code.ENDS_AT_ONCE, ("until",), message)
        elif always := self._always(until, rule.id):
            yield Found(Code.ALWAYS_HOLDS, ("until",), f"until {always}")

    def _step(self, rule: Rule, step: Step, done_when: Pattern) -> Iterator[tuple[Code, str]]:
        done = self._space.sets(done_when, rule.id).true
        if done == NOWHERE:
            reason = self.reason(done_when, rule.id)
            yield Code.STEP_NEVER_DONE, f"can never be ticked: {reason}"
            return
        if always := self._always(done_when, rule.id):
            yield Code.ALWAYS_HOLDS, f"is done whatever happens: done_when {always}"
            return
        raised, open_ = self._lives.of(rule)
        if raised == NOWHERE:
            return
        diagram = self._space.diagram
        if diagram.both(open_, done) == NOWHERE and not self._ends_it(rule, done_when):
            message = "can never be ticked: no finding of the rule is open where done_when holds"
            yield Code.STEP_NEVER_DONE, message
        elif diagram.without(raised, done) == NOWHERE and not (
            step.wait is not None and step.wait.at_least is not None
        ):
            yield (
                Code.STEP_DONE_AT_ONCE,
                "is ticked already when the finding is raised: done_when holds wherever when does; "
                "it says what shows that the step has been done",
            )

    def _ends_it(self, rule: Rule, done_when: Pattern) -> bool:
        """Whether the finding is over wherever a step of it would be ticked."""
        done = self._space.sets(done_when, rule.id).true
        if self._lives.of(rule).raised == NOWHERE or done == NOWHERE:
            return False
        return self._space.diagram.without(done, self._lives.ended(rule)) == NOWHERE

    def _left_behind(self, rule: Rule, ending: Sequence[int]) -> Iterator[Found]:
        """A step that ends the finding while others behind it still wait to be ticked."""
        left = [
            number
            for number, step in enumerate(rule.steps)
            if ending and number > ending[0] and number not in ending
            if step.confirm or step.done_when is not None
        ]
        if not left:
            return
        steps = ", ".join(str(number + 1) for number in left)
        message = (
            f"step {ending[0] + 1} ends the finding, which is over wherever this done_when holds: "
            f"step {steps} is left behind; let it come last, or give the rule an until that waits "
            "for them all"
        )
        yield Found(Code.STEP_LEFT_BEHIND, ("then", "step", ending[0], "done_when"), message)

    def _always(self, pattern: Pattern, owner: str = "") -> str:
        """Whether a pattern holds wherever its facts are known, in words; empty where not."""
        if self._space.sets(pattern, owner).true == EVERYWHERE:
            return "always holds, even where nothing is known"
        parts = list(_top_parts(pattern))
        # Each part must; most patterns have one that does not.
        recognised = False
        for part in parts:
            how = self._holds(part, owner)
            if not how:
                return ""
            recognised |= how == "recognised"
        names = sorted({name for part in parts for name in _asked(part)})
        facts, are = ", ".join(names), "is" if len(names) == 1 else "are"
        if recognised:
            return cut(f"holds for every value that the catalogue gives {facts}")
        if all(isinstance(part, Condition) and part.operator == "is" for part in parts):
            # Such a list is told where it stands.
            return ""
        return cut(f"holds wherever {facts} {are} known, whatever the value")

    def _holds(self, part: Pattern, owner: str) -> str:
        """Whether a part holds wherever its facts are "known" or "recognised"; empty where not."""
        if isinstance(part, Condition) and part in self._held:
            return self._held[part]
        true, diagram = self._space.sets(part, owner).true, self._space.diagram
        found = ""
        names = _asked(part)
        for how in ("known", "recognised") if names else ():
            where = EVERYWHERE
            for name in names:
                known = self._space.known(name, recognised=how == "recognised")
                where = diagram.both(where, known)
            if not found and where != NOWHERE and diagram.without(where, true) == NOWHERE:
                found = how
        if not names and true == EVERYWHERE:
            found = "known"
        if isinstance(part, Condition) and not part.fact.startswith(CONFIRM):
            self._held[part] = found
        return found

    def _dead_alternatives(self, pattern: Pattern, around: int) -> Iterator[Pattern]:
        """Parts of an `any` that never hold together with all that must hold beside them."""
        if isinstance(pattern, Condition) or pattern.kind == "none":
            return
        if pattern.kind == "all":
            for part in pattern.patterns:
                yield from self._dead_alternatives(part, around)
            return
        for part in pattern.patterns:
            here = self._space.diagram.both(around, self._space.sets(part).true)
            if here == NOWHERE:
                yield part
            else:
                yield from self._dead_alternatives(part, here)

    def reason(self, pattern: Pattern, owner: str = "") -> str:
        """The fewest conditions of a pattern that exclude one another."""
        parts = list(_top_parts(pattern))
        kept = list(parts)
        for part in parts:
            rest = [one for one in kept if one is not part]
            where = EVERYWHERE
            for one in rest:
                where = self._space.diagram.both(where, self._space.sets(one, owner).true)
            if where == NOWHERE and rest:
                kept = rest
        said = [self._words.part(part) for part in kept]
        if len(said) == 1:
            return f"{said[0]} is never so{self._why_never(kept[0])}"
        if len(said) == 2:
            return f"{said[0]} excludes {said[1]}"
        return cut("these exclude one another: " + "; ".join(said))

    def _why_never(self, part: Pattern) -> str:
        if isinstance(part, Condition) and self._space.is_derived(part.fact):
            fact = self._base.facts[part.fact]
            values = [say_value(value, fact) for value, _ in self._space.conclusions(part.fact)]
            return f"; it is concluded to be {' or '.join(values)}" if values else ""
        return ""


def _asked(pattern: Pattern) -> set[str]:
    """The facts that a pattern asks more of than whether they are known."""
    return {
        name
        for condition in conditions(pattern)
        if condition.operator != "known"
        for name in facts_named(condition)
        if not name.startswith(CONFIRM)
    }


def _top_parts(pattern: Pattern) -> Iterable[Pattern]:
    """The parts of a pattern that must all hold."""
    if isinstance(pattern, Combination) and pattern.kind == "all":
        for part in pattern.patterns:
            yield from _top_parts(part)
    else:
        yield pattern


def unrecognised_of(condition: Condition, rule_base: RuleBase) -> list[Condition]:
    """That both facts of a `same_as` have words which the catalogue does not know; nothing where
    they cannot."""
    if condition.operator != "same_as":
        return []
    names = condition.fact, str(condition.operand)
    facts = [rule_base.facts[name] for name in names]
    if any(fact.type != "enum" or fact.derived for fact in facts):
        return []
    return [Condition(name, "is", (UNRECOGNISED,)) for name in names]
