"""Takes a watch's whole state down as plain documents, by which any part of a journal can be read
alone. What can be concluded is not written: it is concluded anew (read_checkpoint.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec

from rules.finding import Finding
from rules.source_state import Origin
from rules.subject import RuleState, Subject
from rules.words import Words

FORM: Final = 1
"""The form of the documents; another one is not read."""
LARGEST_PART: Final = 1 << 19
"""Bytes of JSON, or little more, in one part."""
_MANY: Final = 500


class Writer:
    """What is written of a watch: its words, its orphaned findings, and what came last."""

    def __init__(self, words: Words, orphans: dict[tuple[str, str], Finding]) -> None:
        self._words = words
        self._orphans = orphans
        self._origins: dict[tuple[object, ...], int] = {}
        self._new_origins: list[list[Any]] = []

    def parts(self, after: tuple[str, str] | None) -> list[dict[str, Any]]:
        """The documents, each for one line of a journal; `after` names the source and the id of
        the last event that the watch has taken in."""
        parts: list[list[Any]] = [[]]
        size = 0
        for record in self._all():
            for one in [*self._take_origins(), record]:
                length = len(msgspec.json.encode(one))
                if size and size + length > LARGEST_PART:
                    parts.append([])
                    size = 0
                parts[-1].append(one)
                size += length
        head = {
            "form": FORM,
            "rules": self._words.programs.rule_base.hash,
            "now": _instant(self._words.now),
            "after": list(after or ()),
        }
        return [
            {**head, "part": number, "of": len(parts), "records": records}
            for number, records in enumerate(parts, 1)
        ]

    def _take_origins(self) -> list[list[Any]]:
        new, self._new_origins = self._new_origins, []
        return [["origins", new]] if new else []

    def _all(self) -> Iterator[list[Any]]:
        words = self._words
        for source in words.sources.values():
            heard = _instant(source.last_heard)
            yield ["source", source.name, heard, source.lost, source.followed]
        spoken = zip(words.recent.sources, words.recent.ids, strict=True)
        for source, run in groupby(spoken, key=itemgetter(0)):
            ids = [identity for _, identity in run]
            for start in range(0, len(ids), _MANY):
                yield ["seen", source.name, ids[start : start + _MANY]]
        for subject in words.subjects.values():
            yield ["subject", subject.name, subject.parent.name if subject.parent else None]
            if subject.skewed:
                # A lost source's instant stays ahead, however much time has passed since.
                yield ["skewed", subject.name, [fact.name for fact in subject.skewed.values()]]
        for subject in words.subjects.values():
            facts = self._facts(subject)
            names = list(facts)
            for start in range(0, len(names), _MANY):
                chosen = names[start : start + _MANY]
                yield ["facts", subject.name, {name: facts[name] for name in chosen}]
        for subject in words.subjects.values():
            for index, state in subject.states.items():
                rule = words.programs.rules[index].rule
                yield ["state", subject.name, rule.id, self._state(state) | {"hash": rule.hash}]
        for (rule_id, name), finding in self._orphans.items():
            yield ["orphan", rule_id, name, self._finding(finding)]
        for kind, count in words.refused.counts.items():
            yield ["count", kind, count, dict(words.refused.names.get(kind, {}))]

    def _facts(self, subject: Subject) -> dict[str, list[Any]]:
        found = {}
        for fact in subject.scope.facts.values():
            value, origin = subject.raw[fact.slot], subject.origins[fact.slot]
            if fact.declared.derived or (origin is None and fact.default_from_start):
                continue
            if origin is not None or value is not None:
                found[fact.name] = [value, self._number(origin)]
        return found

    def _number(self, origin: Origin | None) -> int | None:
        if origin is None:
            return None
        heard = self._words.is_heard(origin)
        said = (origin.id, _instant(origin.time), origin.message, origin.source, heard)
        number = self._origins.get(said)
        if number is None:
            number = self._origins[said] = len(self._origins)
            self._new_origins.append(list(said[:4] if heard else said))
        return number

    def _state(self, state: RuleState) -> dict[str, Any]:
        return _filled(
            since=_instant(state.since),
            spent=state.spent,
            spent_occurrence=state.spent_occurrence,
            finding=self._finding(state.finding) if state.finding else None,
        )

    def _finding(self, finding: Finding) -> dict[str, Any]:
        frozen = finding.frozen()
        return _filled(
            rules=frozen.rules,
            rule=finding.rule.id,
            levels=list(frozen.levels),
            raised_at=_instant(finding.raised_at),
            occurrence=finding.occurrence,
            values={
                name: [value, self._number(origin)]
                for name, (value, origin) in frozen.facts.items()
                if value is not None or origin is not None
            },
            recurred_at=[_instant(at) for at in finding.recurred_at],
            unconfirmed_since=_instant(finding.unconfirmed_since),
            acknowledged=_builtins(finding.acknowledged),
            confirmations={name: _builtins(one) for name, one in finding.confirmations.items()},
            notes=[_builtins(note) for note in finding.notes],
            noticed=[_builtins(one) for one in finding.noticed],
            ticked=finding.ticked,
        )


def _instant(time: Any) -> str | None:
    return None if time is None else time.isoformat()


def _builtins(value: Any) -> Any:
    return None if value is None else msgspec.to_builtins(value)


def _filled(**members: Any) -> dict[str, Any]:
    """The members without those that say nothing."""
    return {
        name: value
        for name, value in members.items()
        if value is not None and value != [] and value != {}
    }
