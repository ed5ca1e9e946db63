"""What durable_rules has said of situations: asked once, and remembered."""

from __future__ import annotations

from typing import Final

from rules.compiled import CompiledScope, Program
from rules.matcher import Matcher
from rules.shape import Node
from rules.vocabulary import Truth

LARGEST_MEMORY: Final = 500_000
"""Remembered situations; beyond it all are forgotten, which costs nothing but speed."""


class Verdicts:
    """The verdicts on situations, shared by all patterns of one shape."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._by_shape: dict[Node, dict[int, Truth]] = {}
        self.remembered = 0

    def memory_of(self, program: Program) -> dict[int, Truth]:
        """Where the verdicts on a program's situations are remembered."""
        return self._by_shape.setdefault(program.tree, {})

    def of(self, scope: CompiledScope, program: int, key: int) -> Truth:
        """The verdict on a situation of one of a scope's programs."""
        memory = scope.memories[program]
        found = memory.get(key)
        if found is None:
            if self.remembered >= LARGEST_MEMORY:
                for one in self._by_shape.values():
                    one.clear()
                self.remembered = 0
            asked = scope.programs[program]
            truths = [key >> (2 * place) & 3 for place in range(len(asked.conditions))]
            found = memory[key] = self._matcher.ask(asked.tree, truths)
            self.remembered += 1
        return found
