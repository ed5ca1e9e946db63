"""Everything that is wrong with a rule base, from its texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from rules.authoring.analysis import analyse
from rules.faults import Fault
from rules.loader import read_texts
from rules.rule_base import RuleBase


class Checked(NamedTuple):
    """A rule base as far as it is sound, and its faults by file and line."""

    rule_base: RuleBase
    faults: list[Fault]

    @property
    def errors(self) -> list[Fault]:
        """The faults that keep the rule base from being used."""
        return [fault for fault in self.faults if not fault.is_warning]

    @property
    def warnings(self) -> list[Fault]:
        """The faults with which it can be used all the same."""
        return [fault for fault in self.faults if fault.is_warning]


def check_texts(
    texts: Mapping[str, bytes], overrides: bytes | None = None, overrides_name: str = ""
) -> Checked:
    """Read and look into a rule base; any bytes at all will do."""
    reading = read_texts(texts, overrides, overrides_name)
    analyse(reading)
    return Checked(reading.rule_base, reading.faults.all())
