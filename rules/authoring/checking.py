"""Everything that is wrong with a rule base, from its texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from rules.authoring.analysis import analyse
from rules.faults import Fault
from rules.loader import Reading, read_texts
from rules.positions import Path
from rules.rule_base import RuleBase

_ALLOWED: Final = re.compile(
    rb"#[ \t]*allow[ \t]+(WK[0-9]{3}(?:[ \t]*,[ \t]*WK[0-9]{3})*)[ \t]*:[ \t]*\S"
)
"""A comment that allows what is warned of; it gives its reason behind the colon."""


class Checked(NamedTuple):
    """A rule base as far as it is sound, and its faults by file and line. `allowed` are warnings
    that a comment at their line, or in the line before, allows for a reason. `sound_rules` is the
    number of rules that are judged and in which no fault is told."""

    rule_base: RuleBase
    faults: list[Fault]
    allowed: list[Fault]
    sound_rules: int

    @property
    def errors(self) -> list[Fault]:
        """The faults that keep the rule base from being used."""
        return [fault for fault in self.faults if not fault.is_warning]

    @property
    def warnings(self) -> list[Fault]:
        """The faults with which it can be used all the same."""
        return [fault for fault in self.faults if fault.is_warning]


def check_texts(
    texts: Mapping[str, bytes],
    overrides: bytes | None = None,
    overrides_name: str = "",
    *,
    incomplete: bool = False,
) -> Checked:
    """Read and look into a rule base; any bytes at all will do. It is `incomplete` where there
    are more texts, which nobody could read."""
    reading = read_texts(texts, overrides, overrides_name, incomplete=incomplete)
    analyse(reading)
    faults: list[Fault] = []
    allowed: list[Fault] = []
    comments = {file: _allowed_in(text) for file, text in texts.items()}
    for fault in reading.faults.all():
        codes = comments.get(fault.file, {}).get(fault.line, frozenset())
        (allowed if fault.is_warning and fault.code in codes else faults).append(fault)
    return Checked(reading.rule_base, faults, allowed, _sound_rules(reading))


def _sound_rules(reading: Reading) -> int:
    faulty: set[tuple[str, Path]] = set()
    overridden: set[str] = set()
    for file, path in reading.faults.places():
        faulty.add((file, path[:2]))
        if path[:1] == ("override",):
            overridden.update(map(str, path[1:2]))
    return sum(
        (file, path) not in faulty and overridden.isdisjoint(called)
        for file, path, called in reading.rule_tables
    )


def _allowed_in(text: bytes) -> dict[int, frozenset[str]]:
    """By line, the codes that comments allow there."""
    found: dict[int, frozenset[str]] = {}
    line, before = 1, 0
    for match in _ALLOWED.finditer(text):
        line += text.count(b"\n", before, match.start())
        before = match.start()
        codes = frozenset(code.strip().decode() for code in match.group(1).split(b","))
        alone = not text[text.rfind(b"\n", 0, before) + 1 : before].strip()
        place = line + 1 if alone else line
        found[place] = found.get(place, frozenset()) | codes
    return found
