"""`watchkeeper rules explain`: why a rule holds or not, and what would have to change."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tui import rule_choice
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.instants import given_instant
from tui.rules_commands.chosen import (
    UnusableError,
    as_harmless_json,
    chosen_rule,
    chosen_rules,
    columns,
    complain,
    say_base,
    tell_lost,
    write_lines,
)
from tui.rules_commands.given_facts import read_given_facts
from tui.safe_text import harmless, wrap

if TYPE_CHECKING:
    from rules.evaluate import KnownFacts
    from rules.explain import Explanation
    from rules.finding import Finding
    from rules.pattern import Pattern
    from rules.rule_base import Rule, RuleBase
    from rules.values import Value


class _Told(NamedTuple):
    """What is to be said of one subject."""

    subject: str
    title: str
    parts: list[tuple[str, Explanation]]
    state: list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which rule, of what, and when."""
    parser.description = (
        f"{parser.description} The exit code is 0 where the rule holds on a subject, and 1 where "
        "it holds on none."
    )
    parser.add_argument("rule", metavar="RULE", help="the rule's id")
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("--log", metavar="LOG", help="a recorded log")
    of.add_argument(
        "--facts",
        metavar="FILE",
        help='facts in a TOML or JSON file; instants may be counted from --at, such as "-65m"',
    )
    parser.add_argument(
        "--at", metavar="TIME", type=given_instant, help="when, such as 02:14 (default: the end)"
    )
    parser.add_argument("--subject", metavar="NAME", help="such as pair/LE-rack-a (default: all)")
    parser.add_argument("--all", action="store_true", help="show what decides nothing, too")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form")
    rule_choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Explain; return 1 where the rule holds on no subject."""
    from rules.vocabulary import Truth

    try:
        rule_base = chosen_rules(arguments)
        rule = chosen_rule(arguments, rule_base, arguments.rule)
        if arguments.log is not None:
            told = list(_of_log(arguments, rule, rule_base))
        else:
            told = [_of_facts(arguments, rule, rule_base)]
    except UnusableError as error:
        complain(arguments, error)
        return UNUSABLE
    if arguments.format == "json":
        sys.stdout.write(as_harmless_json([_object(one, rule) for one in told]) + "\n")
    else:
        write_lines(list(_lines(told, rule, say_base(arguments, rule_base), whole=arguments.all)))
    held = any(one.parts[0][1].truth == Truth.TRUE for one in told)
    return FINE if held else FOUND


def _explanations(
    rule: Rule,
    rule_base: RuleBase,
    facts: Callable[[str], Value | None],
    now: datetime,
    finding: Finding | None,
    around: Collection[str] | None = None,
    *,
    given_by_log: bool = True,
) -> Iterator[tuple[str, Explanation]]:
    from rules.explain import explain

    given = finding.confirmations if finding is not None else {}

    def known(name: str) -> Value | None:
        if name.startswith("confirm."):
            return name.removeprefix("confirm.") in given
        return facts(name)

    def tell(pattern: Pattern) -> Explanation:
        return explain(pattern, known, now, rule_base, around)

    yield "when", tell(rule.when)
    if rule.until is not None and (finding is not None or not given_by_log):
        yield "until", tell(rule.until)


def _of_log(arguments: argparse.Namespace, rule: Rule, rule_base: RuleBase) -> Iterator[_Told]:
    from drivers.journal.faults import Faults, JournalError
    from drivers.journal.reader import read_events
    from rules.engine import Watch
    from rules.situation import held_since, is_spent, scopes_seen
    from rules.values import show_duration
    from tui.phrases import say_time

    watch = Watch(rule_base)
    until: datetime | None = None
    ended: list[Finding] = []
    faults, is_empty = Faults(), True
    try:
        for event, line in read_events(arguments.log, faults=faults):
            is_empty = False
            if arguments.at is not None and until is None:
                until = arguments.at.within(event.time)
            if until is not None and event.time > until:
                break
            ended += [
                change.finding
                for change in watch.apply(event, line)
                if change.kind in ("resolved", "closed") and change.finding.rule.id == rule.id
            ]
    except JournalError as error:
        raise UnusableError(str(error)) from None
    tell_lost(arguments, arguments.log, faults, is_empty=is_empty)
    if until is not None:
        watch.advance(until)
    names = [name for name, one in watch.words.subjects.items() if one.scope.name == rule.scope]
    wanted: str | None = arguments.subject
    if wanted is not None:
        names = [name for name in names if wanted in (name, name.partition("/")[2])]
    if not names:
        known = ", ".join(sorted(watch.words.subjects)) or "none"
        raise UnusableError(f"the log knows no such {rule.scope} by then; it knows {known}")
    open_now = {one.subject: one for one in watch.findings() if one.rule.id == rule.id}
    lost = [
        source
        for _, source in sorted(watch.words.sources.items())
        if source.heartbeat is not None and source.lost
    ]
    for name in sorted(names):
        finding = open_now.get(name)
        look_up = partial(watch.value, name)
        around = scopes_seen(watch.words, name)
        parts = list(_explanations(rule, rule_base, look_up, watch.now, finding, around))
        state = _state(finding, [one for one in ended if one.subject == name])
        if is_spent(watch.words, rule.id, name):
            another = f" or {rule.occurrence} is another" if rule.occurrence else ""
            state.append(f"not raised again before its when has been false{another}")
        since = held_since(watch.words, rule.id, name)
        if rule.hold is not None and since is not None:
            held = f"holds since {say_time(since)}, and must for {show_duration(rule.hold)}"
            state.append(f"{held}, until {say_time(since + rule.hold)}")
        state += [
            f"{source.name} is lost, last heard {say_time(source.last_heard)}"
            for source in lost
            if source.last_heard is not None
        ]
        title = finding.title if finding is not None else _title(parts, rule, look_up, rule_base)
        yield _Told(name, title, parts, state)


def _state(finding: Finding | None, ended: list[Finding]) -> list[str]:
    from tui.phrases import say_time

    said = [
        f"raised {say_time(one.raised_at)}, ended {say_time(one.resolved_at or one.raised_at)}"
        for one in ended
    ]
    if finding is not None:
        said.append(f"open since {say_time(finding.raised_at)}")
        if finding.unconfirmed_since is not None:
            said.append(f"not confirmed since {say_time(finding.unconfirmed_since)}")
    return said or ["not raised"]


def _of_facts(arguments: argparse.Namespace, rule: Rule, rule_base: RuleBase) -> _Told:
    from rules.explain import concluded
    from rules.values import show_duration

    now = datetime.now(UTC)
    if arguments.at is not None:
        now = arguments.at.within(now)
    facts = read_given_facts(arguments.facts, rule_base, now)
    parts = list(_explanations(rule, rule_base, facts.get, now, None, given_by_log=False))
    title = _title(parts, rule, concluded(facts, now, rule_base), rule_base)
    held = rule.hold
    state = [] if held is None else [f"must hold for {show_duration(held)} before it is raised"]
    return _Told("the facts given", title, parts, state)


def _title(
    parts: list[tuple[str, Explanation]], rule: Rule, facts: KnownFacts, rule_base: RuleBase
) -> str:
    """The title with its facts filled in, which would be untrue where the rule does not hold."""
    from rules.finding import fill
    from rules.vocabulary import Truth

    return fill(rule.title, facts, rule_base) if parts[0][1].truth == Truth.TRUE else rule.title


def _lines(told: list[_Told], rule: Rule, base: str, *, whole: bool) -> Iterator[str]:
    wide = columns()
    titles = {one.title for one in told}
    # Where subjects would fill it in otherwise, each has the title of its own.
    shared = len(titles) == 1
    yield from wrap(harmless(f"{rule.id}: {titles.pop()}" if shared else rule.id), wide)
    yield from wrap(f"of {base}", wide, first="  ", rest="    ")
    for one in told:
        yield ""
        at = one.parts[0][1].at.isoformat(timespec="seconds").replace("+00:00", "Z")
        state = f": {'; '.join(one.state)}" if one.state else ""
        yield from wrap(harmless(f"{one.subject} at {at}{state}"), wide)
        if not shared:
            yield from wrap(harmless(one.title), wide, first="  ", rest="    ")
        for word, explanation in one.parts:
            yield f"  {word}"
            for line in explanation.lines(whole=whole):
                text = line.lstrip()
                before = " " * (4 + len(line) - len(text))
                yield from wrap(harmless(text), wide, first=before, rest=before + "        ")


def _object(told: _Told, rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "subject": told.subject,
        "title": told.title,
        "state": told.state,
        **{
            word: {
                "truth": explanation.truth.name.lower(),
                "at": explanation.at.isoformat(),
                "lines": explanation.lines(whole=True),
                "smallest_change": [
                    {"fact": one.fact, "text": one.text, "example": one.example}
                    for one in explanation.smallest.requirements
                ],
                "next_flip": explanation.next_flip.isoformat() if explanation.next_flip else None,
            }
            for word, explanation in told.parts
        },
    }
