"""How many random cases there are, for the property tests and for the mutants that they catch."""

from __future__ import annotations

from typing import Final

BLOCKS: Final = 20
"""Tests that the cases are divided into, so that several workers can share them."""

JOURNALS: Final = 150
"""In a block; each has a rule base of its own."""

STEPS: Final = 25
"""Of a journal."""

RULE_BASES: Final = 30
"""In a block."""

SNAPSHOTS: Final = 40
"""Of each of these rule bases."""
