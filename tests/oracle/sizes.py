"""How many random cases there are, for the property tests and for the mutants that they catch."""

from __future__ import annotations

import os
from typing import Final

_TIMES: Final = int(os.environ.get("WATCHKEEPER_TIMES_AS_MANY", "1"))

BLOCKS: Final = 20
"""Tests that the cases are divided into, so that several workers can share them."""

JOURNALS: Final = 20 * _TIMES
"""In a block; each has a rule base of its own."""

STEPS: Final = 25
"""Of a journal."""

RULE_BASES: Final = 20 * _TIMES
"""In a block."""

SNAPSHOTS: Final = 40
"""Of each of these rule bases."""

DISORDERS: Final = 40 * _TIMES
"""Files with words left out, doubled or exchanged, of each kind."""
