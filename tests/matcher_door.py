"""durable_rules' C module with somebody at its door: each ruleset and each fact must be of the one
form that has been measured to be safe, the calls must come in the one order that is safe, and none
of the compiled-in limits may be near."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

import durable_rules_engine

MOST_ALTERNATIVES_TRUE_AT_ONCE: Final = 64
MOST_RULES_OF_ONE_LAST_CONDITION: Final = 255
MOST_RULES: Final = 4096
MOST_PROPERTIES: Final = 254

_FACT: Final = re.compile(r'\{"id":"s"(?:,"t":1|,"x[0-9]{1,2}":1(?:,"l[0-9]{1,3}":[01])*)\}')
_RULESET_NAME: Final = re.compile(r"watchkeeper-[0-9]+")
_RULE_NAME: Final = re.compile(r"p|r[0-9]{1,2}_[tf]_[0-9]{1,2}")
_LITERAL: Final = re.compile(r"l[0-9]{1,3}")
_ADDRESS: Final = re.compile(r"x[0-9]{1,2}")


class Door:
    """durable_rules' C module, with somebody at the door who lets only what is safe pass.

    `failing` are errors to raise at the next calls of a name, before or after the call is made.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.failing: dict[str, tuple[BaseException, bool]] = {}
        self.open: set[int] = set()
        self.refused: list[str] = []
        """What must not pass, kept because the matcher asks again where something fails."""
        self.most_fired = 0
        self._fired_once: set[int] = set()
        self._held: dict[int, str] = {}
        self._begun: dict[int, int] = {}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # A function of the C module that is not looked at below must not be called at all.
        look = getattr(type(self), f"_before_{name}")
        look_after = getattr(type(self), f"_after_{name}", None)

        def call(*given: Any) -> Any:
            self.calls[name] += 1
            self._look(look, *given)
            error, after = self.failing.pop(name, (None, False))
            if error is not None and not after:
                raise error
            result = getattr(durable_rules_engine, name)(*given)
            if look_after is not None:
                self._look(look_after, result, *given)
            if error is not None:
                raise error
            return result

        return call

    def _look(self, look: Callable[..., None], *given: Any) -> None:
        try:
            look(self, *given)
        except AssertionError as error:
            self.refused.append(f"{look.__name__}{given!r:.300}: {error}")
            raise

    def _before_create_ruleset(self, name: str, text: str) -> None:
        assert _RULESET_NAME.fullmatch(name)
        assert text.isascii()
        rules = json.loads(text)
        assert len(rules) < MOST_RULES // 4
        siblings: dict[tuple[str, ...], set[str]] = {}
        ends: Counter[tuple[str, ...]] = Counter()
        for rule_name, made in rules.items():
            assert _RULE_NAME.fullmatch(rule_name)
            path = _conditions_of(made)
            assert len(path) <= 12
            ends[path] += 1
            for place in range(len(path)):
                siblings.setdefault(path[:place], set()).add(path[place])
        assert max(map(len, siblings.values())) < MOST_ALTERNATIVES_TRUE_AT_ONCE
        assert max(ends.values()) < MOST_RULES_OF_ONE_LAST_CONDITION

    def _after_create_ruleset(self, handle: int, *_: object) -> None:
        self.open.add(handle)

    def _before_assert_fact(self, handle: int, text: str) -> None:
        assert handle in self.open
        assert handle not in self._held, "a fact was left lying"
        assert _FACT.fullmatch(text)
        assert text.count(":") < MOST_PROPERTIES // 4

    def _after_assert_fact(self, result: tuple[int, int], handle: int, text: str) -> None:
        if result[0] == 0:
            self._held[handle] = text

    def _before_start_action_for_state(self, handle: int, offset: int) -> None:
        assert handle in self._held, "nothing was asserted that could have fired"
        assert handle not in self._begun
        self._begun[handle] = 1
        self._fired_once.add(handle)

    def _before_complete_and_start_action(self, handle: int, offset: int) -> None:
        assert handle in self._begun, "nothing was begun"

    def _after_complete_and_start_action(
        self, message: str | None, handle: int, offset: int
    ) -> None:
        if message:
            self._begun[handle] += 1
        else:
            self.most_fired = max(self.most_fired, self._begun.pop(handle))

    def _before_retract_fact(self, handle: int, text: str) -> None:
        assert handle not in self._begun, "a fact was retracted before all was drained"
        assert text == '{"id":"s"}'

    def _after_retract_fact(self, result: object, handle: int, text: str) -> None:
        del self._held[handle]
        assert durable_rules_engine.get_facts(handle, "0") == "[]"

    def _before_abandon_action(self, handle: int, offset: int) -> None:
        assert handle in self._held

    def _before_delete_state(self, handle: int, sid: str) -> None:
        assert handle in self._fired_once, "a state in which nothing fired must not be deleted"
        assert sid == "0"

    def _before_delete_ruleset(self, handle: int) -> None:
        self.open.remove(handle)
        self._fired_once.discard(handle)
        self._held.pop(handle, None)
        self._begun.pop(handle, None)


def _conditions_of(made: dict[str, Any]) -> tuple[str, ...]:
    """The path of conditions of one rule, each as text; fails at anything that is not safe."""
    assert made.keys() == {"all", "count"}
    assert made["count"] == 1
    (message,) = made["all"]
    pattern = message["m"]
    if pattern == {"t": 1}:
        return ("t",)
    address, *literals = pattern.get("$and", [pattern])
    assert address.keys() == {"$ex"}
    ((name, one),) = address["$ex"].items()
    assert _ADDRESS.fullmatch(name)
    assert one == 1
    for literal in literals:
        ((place, value),) = literal.items()
        assert _LITERAL.fullmatch(place)
        assert value in (0, 1)
        assert type(value) is int
    return (name, *map(str, literals))


def asked(door: Door) -> int:
    """How many facts have come to durable_rules."""
    return door.calls["assert_fact"]
