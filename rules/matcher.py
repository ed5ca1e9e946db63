"""durable_rules, behind the one narrow door through which it can be trusted.

Its C module is called directly, by one thread: one flat fact at a time, asserted, drained and
retracted; rules of one message pattern each, addressed one by one. Every byte that reaches it is
made here of fixed names and of 0 and 1, so that no text, number or name from outside can get
there, and none of its compiled-in limits can be reached.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import durable_rules_engine

from rules.shape import Block, Node, Shape
from rules.vocabulary import Truth

BLOCKS_PER_RULESET: Final = 24
_FACT_ID: Final = "s"
_RETRACT: Final = '{"id":"s"}'
_PRIME: Final = '{"id":"s","t":1}'
_PRIME_RULE: Final = "p"
_OK: Final = 0
_NOTHING_FIRED: Final = 1
_names = iter(range(1, 1 << 62))


class EngineFault(Exception):
    """durable_rules contradicted itself, or failed twice in a row. No verdict is given."""


class _Ruleset:
    """Up to 24 blocks in one ruleset of the C module, which is made when it is first asked."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._handle: int | None = None
        self._primed = False
        self._offset: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether blocks can still be added."""
        return self._handle is None and len(self.blocks) < BLOCKS_PER_RULESET

    def ask(self, number: int, values: Sequence[tuple[int, int]]) -> Truth:
        """What a block says of the values of its inputs; unknown inputs are left out."""
        inputs = "".join([f',"l{place}":{value}' for place, value in values])
        fact = f'{{"id":"{_FACT_ID}","x{number}":1{inputs}}}'
        for attempt in (1, 2):
            try:
                return self._verdict(number, self._fired(fact))
            except BaseException as error:
                self.close()
                if attempt == 2 or not isinstance(error, Exception):
                    raise
        raise AssertionError

    def _verdict(self, number: int, fired: list[str]) -> Truth:
        verdicts = set()
        for name in fired:
            address, kind, _ = name.split("_")
            if address != f"r{number}":
                raise EngineFault(f"durable_rules fired {name!r} when block {number} was asked")
            verdicts.add(Truth.TRUE if kind == "t" else Truth.FALSE)
        if len(verdicts) > 1:
            raise EngineFault(f"durable_rules says that block {number} is both true and false")
        return verdicts.pop() if verdicts else Truth.UNKNOWN

    def _fired(self, fact: str) -> list[str]:
        """Assert a fact, drain what it fires, retract it."""
        handle = self._create() if self._handle is None else self._handle
        code, offset = durable_rules_engine.assert_fact(handle, fact)
        if code == _NOTHING_FIRED:
            return []
        if code != _OK:
            raise EngineFault(f"durable_rules answered {code} to a fact")
        started = durable_rules_engine.start_action_for_state(handle, offset)
        if started is None:
            raise EngineFault("durable_rules took a fact and then knew nothing of it")
        # What was not begun must not be abandoned: the C module frees what it lacks.
        self._offset = offset
        fired = []
        message = started[1]
        while message:
            fired.append(message[2 : message.index('"', 2)])
            message = durable_rules_engine.complete_and_start_action(handle, offset)
        self._offset = None
        durable_rules_engine.retract_fact(handle, _RETRACT)
        return fired

    def _create(self) -> int:
        rules: dict[str, Any] = {_PRIME_RULE: _rule([{"t": 1}])}
        for number, block in enumerate(self.blocks):
            places = {signal: place for place, signal in enumerate(block.signals)}
            for kind, terms in (("t", block.true_terms), ("f", block.false_terms)):
                for position, term in enumerate(terms):
                    if len({signal for signal, _ in term}) < len(term):
                        continue
                    conditions: list[dict[str, Any]] = [{"$ex": {f"x{number}": 1}}]
                    conditions += [{f"l{places[signal]}": value} for signal, value in sorted(term)]
                    rules[f"r{number}_{kind}_{position}"] = _rule(conditions)
        name = f"watchkeeper-{next(_names)}"
        self._handle = handle = int(durable_rules_engine.create_ruleset(name, json.dumps(rules)))
        if self._fired(_PRIME) != [_PRIME_RULE]:
            raise EngineFault("durable_rules did not fire a rule that always fires")
        self._primed = True
        return handle

    def close(self) -> None:
        """Give the C module's memory back; the next question makes the ruleset anew."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        offset, self._offset = self._offset, None
        primed, self._primed = self._primed, False
        try:
            if offset is not None:
                durable_rules_engine.abandon_action(handle, offset)
            if primed:
                # A state in which nothing ever fired must not be deleted: it frees what it lacks.
                durable_rules_engine.delete_state(handle, "0")
        finally:
            durable_rules_engine.delete_ruleset(handle)


def _rule(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    pattern = conditions[0] if len(conditions) == 1 else {"$and": conditions}
    return {"all": [{"m": pattern}], "count": 1}


class Matcher:
    """Answers what a pattern's truth is when its conditions have given truths."""

    def __init__(self) -> None:
        self._rulesets: list[_Ruleset] = []
        self._shapes: dict[Node, tuple[Shape, list[tuple[_Ruleset, int, tuple[int, ...]]]]] = {}
        self.questions = 0
        """How many facts durable_rules has been asked about."""

    def add(self, tree: Node) -> None:
        """Make room for a shape."""
        if tree in self._shapes:
            return
        shape = Shape(tree)
        places = []
        for block in shape.blocks:
            if not self._rulesets or not self._rulesets[-1].is_open:
                self._rulesets.append(_Ruleset())
            ruleset = self._rulesets[-1]
            ruleset.blocks.append(block)
            places.append((ruleset, len(ruleset.blocks) - 1, block.signals))
        self._shapes[tree] = shape, places

    def ask(self, tree: Node, truths: Sequence[int]) -> Truth:
        """The truth of a shape that was added, given the truth of each of its conditions.

        Raises:
            EngineFault: when durable_rules fails or contradicts itself.
        """
        _, places = self._shapes[tree]
        outcomes: list[Truth] = []
        for ruleset, number, signals in places:
            values = []
            for place, signal in enumerate(signals):
                truth = truths[signal] if signal >= 0 else outcomes[~signal]
                if truth != Truth.UNKNOWN:
                    values.append((place, int(truth)))
            self.questions += 1
            outcomes.append(ruleset.ask(number, values))
        return outcomes[-1]

    def close(self) -> None:
        """Give all memory of the C module back; the next question makes what it needs anew."""
        for ruleset in self._rulesets:
            ruleset.close()
