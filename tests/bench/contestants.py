"""Everybody who takes part: each reads the same journal and tells the findings of its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from plain_duties import PlainDuties
from plain_python import Found, PlainPython
from workload import catalogue, synthetic_rules

from rules.vocabulary import Event

if TYPE_CHECKING:
    from drivers.journal import Batch


@dataclass(frozen=True)
class Task:
    """A journal (`-`: standard input), and the rule base to judge it by: a folder, or the
    synthetic one of so many facts and rules that the folder was written from."""

    journal: str
    rule_base: str = ""
    facts: int = 0
    rules: int = 0


class Contestant(Protocol):
    """Somebody who has been made ready and now takes events."""

    def advance(self, start: int, count: int, found: Found) -> int:
        """Take up to `count` events, the first of which has the index `start`; how many came."""
        ...

    def statistics(self) -> Mapping[str, Any]:
        """What it says of itself."""
        ...


class _Evaluator(Protocol):
    def apply(self, index: int, event: Event, found: Found) -> None: ...


class ByLine:
    """An opponent: each line decoded by msgspec into the product's own type, then judged."""

    def __init__(self, task: Task, evaluator: _Evaluator | None) -> None:
        # Open for as long as the process runs.
        self._lines: Iterator[bytes] = Path(task.journal).open("rb", buffering=1 << 18)  # noqa: SIM115
        self._evaluator = evaluator

    def advance(self, start: int, count: int, found: Found) -> int:
        """Take up to `count` events, the first of which has the index `start`; how many came."""
        index, decode = start, msgspec.json.Decoder(Event).decode
        if self._evaluator is None:
            for line in islice(self._lines, count):
                decode(line)
                index += 1
            return index - start
        apply = self._evaluator.apply
        for line in islice(self._lines, count):
            apply(index, decode(line), found)
            index += 1
        return index - start

    def statistics(self) -> Mapping[str, Any]:
        """Opponents keep no figures."""
        return {}


class ByLineWithDuties(ByLine):
    """The same for the opponent that wants the lines as well."""

    def __init__(self, task: Task, evaluator: PlainDuties) -> None:
        super().__init__(task, None)
        self._apply = evaluator.apply_line

    def advance(self, start: int, count: int, found: Found) -> int:
        """Take up to `count` events, the first of which has the index `start`; how many came."""
        index, decode, apply = start, msgspec.json.Decoder(Event).decode, self._apply
        for line in islice(self._lines, count):
            apply(index, line, decode(line), found)
            index += 1
        return index - start


class Product:
    """The journal's reader and the engine, as replay uses them."""

    def __init__(self, task: Task, *, verify: bool = False) -> None:
        from drivers.journal import Faults, merge_journals
        from rules.engine import Watch
        from rules.loader import load_rule_base

        self._watch = Watch(load_rule_base(task.rule_base), verify=verify)
        self._read = 0
        self._events = chain.from_iterable(
            self._counted(merge_journals((task.journal,), faults=Faults()))
        )

    def advance(self, start: int, count: int, found: Found) -> int:
        """Take up to `count` events, the first of which has the index `start`; how many came."""
        index, notices = start, self._watch.notices
        for changes in self._watch.follow(islice(self._events, count)):
            notices.clear()
            for change in changes:
                kind = change.kind
                if kind == "raised" or kind == "resolved":
                    if (event := change.event) is not None:
                        index = int(event.id[:8], 16)
                    finding = change.finding
                    found.append((index, kind == "raised", finding.rule.id, finding.subject))
        return min(count, self._read - start)

    def _counted(self, batches: Iterable[Batch]) -> Iterator[Iterable[tuple[bytes, Event]]]:
        for batch in batches:
            self._read += len(batch)
            yield zip(batch.lines, batch.events, strict=True)

    def statistics(self) -> Mapping[str, Any]:
        """The engine's own figures."""
        return _plain(self._watch.statistics)


def _plain(statistics: Any) -> Mapping[str, Any]:
    built: Any = msgspec.to_builtins(statistics() if callable(statistics) else statistics)
    return built if isinstance(built, dict) else {"statistics": built}


def _forgetful(task: Task) -> Contestant:
    """The product with a memory that holds nothing: durable_rules is asked each time."""
    import rules.verdicts

    rules.verdicts.LARGEST_MEMORY = 0  # type: ignore[misc]
    return Product(task)


def _clips(task: Task, *, gated: bool) -> Contestant:
    from clips_rules import Clips

    rules = synthetic_rules(catalogue(task.facts), task.rules)
    return ByLine(task, Clips(rules, gated=gated))


def _durable(task: Task, spared: Any) -> Contestant:
    from durable_documented import DurableDocumented

    rules = synthetic_rules(catalogue(task.facts), task.rules)
    return ByLine(task, DurableDocumented(rules, spared=spared))


def _plain_python(task: Task) -> Contestant:
    return ByLine(task, PlainPython(synthetic_rules(catalogue(task.facts), task.rules)))


def _plain_duties(task: Task) -> Contestant:
    facts = catalogue(task.facts)
    return ByLineWithDuties(task, PlainDuties(synthetic_rules(facts, task.rules), facts))


PRODUCT: Final = "watchkeeper"
VERIFIED: Final = "watchkeeper --verify"
FORGETFUL: Final = "the same, nothing remembered"
DECODING: Final = "decoding alone"
PLAIN_PYTHON: Final = "plain Python"
PLAIN_DUTIES: Final = "the same with our duties"
CLIPS: Final = "CLIPS"
CLIPS_UNGATED: Final = "CLIPS without gates"
DURABLE: Final = "durable_rules, documented"
DURABLE_PROJECTED: Final = "the same with projection"
DURABLE_GATED: Final = "the same with gates too"

CONTESTANTS: Final[Mapping[str, Callable[[Task], Contestant]]] = {
    PRODUCT: Product,
    VERIFIED: lambda task: Product(task, verify=True),
    FORGETFUL: _forgetful,
    DECODING: lambda task: ByLine(task, None),
    PLAIN_PYTHON: _plain_python,
    PLAIN_DUTIES: _plain_duties,
    CLIPS: lambda task: _clips(task, gated=True),
    CLIPS_UNGATED: lambda task: _clips(task, gated=False),
    DURABLE: lambda task: _durable(task, "nothing"),
    DURABLE_PROJECTED: lambda task: _durable(task, "unnamed"),
    DURABLE_GATED: lambda task: _durable(task, "unmoved"),
}
