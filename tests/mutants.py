"""Breaks the engine's shortcuts, one at a time, and sees whether the property tests notice.

Each mutant is a copy of `rules/` in which one exact text has been replaced by another; where the
text is no longer found, that is told and nothing is tried. Exit code 1 if a mutant survives.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final, NamedTuple

TESTS: Final = Path(__file__).resolve().parent
RULES: Final = TESTS.parent / "rules"
LONGEST: Final = 600.0
"""Seconds; a mutant that has not ended by then hangs, which no test would let pass."""
_SURVIVED: Final = 0
_CAUGHT: Final = 10


class Mutant(NamedTuple):
    """One shortcut of the engine, broken."""

    what: str
    file: str
    old: str
    new: str


UNBROKEN: Final = Mutant("nothing is broken (this one must survive)", "engine.py", "", "")

MUTANTS: Final = (
    # Classes of values
    Mutant(
        "a number at a constant falls into the class below it",
        "columns.py",
        "classes[2 * at + 1 if at < count and bounds[at] == value else 2 * at]",
        "classes[2 * at]",
    ),
    Mutant(
        "a version at a constant falls into the class below it",
        "columns.py",
        "classes[2 * at + (at < len(bounds) and bounds[at] == place)]",
        "classes[2 * at]",
    ),
    Mutant(
        "words outside an enumeration share a class with a word of it",
        "columns.py",
        "self._add(UNRECOGNISED, alone=True)",
        "self._add(UNRECOGNISED)",
    ),
    Mutant(
        "texts that no rule names are unknown",
        "columns.py",
        "texts.other = self._add(_Other())",
        "texts.other = UNKNOWN_CLASS",
    ),
    # Situations and what is remembered of them
    Mutant(
        "two conditions share a bit of the situation's key",
        "columns.py",
        "parts[number] += int(truths[number]) << (2 * place)",
        "parts[number] += int(truths[number]) << place",
    ),
    Mutant(
        "patterns of as many conditions share what is remembered",
        "program.py",
        "self.memory_by_shape.setdefault(program.tree, {})",
        "self.memory_by_shape.setdefault(len(program.conditions), {})",
    ),
    Mutant(
        "a situation that was seen is taken for one that changes nothing",
        "engine.py",
        "if memories[program].get(key) != verdicts[program]:",
        "if memories[program].get(key) is None:",
    ),
    Mutant(
        "the same when a word takes the long way",
        "words.py",
        "if memories[program].get(key) != verdicts[program]:",
        "if memories[program].get(key) is None:",
    ),
    Mutant(
        "a remembered move is looked up the wrong way round",
        "engine.py",
        "moves = fact.column.moves.get(old << 20 | new)",
        "moves = fact.column.moves.get(new << 20 | old)",
    ),
    Mutant(
        "a move is remembered although subjects within are touched",
        "words.py",
        "if moves is not None and not column.descendants and",
        "if moves is not None and",
    ),
    Mutant(
        "a move is remembered although derived facts are touched",
        "words.py",
        "                    only_rules = False\n",
        "                    only_rules = True\n",
    ),
    Mutant(
        "a move to or from an unrecognised word takes the short way",
        "engine.py",
        "if moves is not None and old != fact.unrecognised != new:",
        "if moves is not None:",
    ),
    Mutant(
        "a fact that tells an occurrence takes the short way",
        "program.py",
        "                or compiled.occurrence_of\n",
        "",
    ),
    Mutant(
        "a fact that is compared takes the short way",
        "program.py",
        "                compiled.tests\n                or compiled.descendant_tests\n",
        "                compiled.descendant_tests\n",
    ),
    Mutant(
        "a fact that names the subject around takes the short way",
        "program.py",
        "                or compiled.membership\n",
        "",
    ),
    Mutant(
        "unknown conditions are told to durable_rules as false",
        "matcher.py",
        "if truth != Truth.UNKNOWN:\n                    values.append((place, int(truth)))",
        "values.append((place, int(truth == Truth.TRUE)))",
    ),
    # Subjects
    Mutant(
        "subjects within do not hear of a change around them",
        "words.py",
        "            for below in subject.within(scope):\n"
        "                self._add(below, users, old, new)\n",
        "            pass\n",
    ),
    Mutant(
        "subjects within a subject that moves do not move with it",
        "words.py",
        "            seen += subject.within(narrower)\n",
        "            pass\n",
    ),
    Mutant(
        "comparisons with facts around are not looked at after a move",
        "words.py",
        "                    for test in fact.descendant_tests.get(name, ()):\n"
        "                        self.refresh(below, test)\n",
        "",
    ),
    Mutant(
        "an occurrence that is told around is not looked at after a move",
        "words.py",
        "                    for place in fact.occurrence_of.get(name, ()):\n"
        "                        self.judge(below, below.scope.rules[place])\n",
        "",
    ),
    Mutant(
        "what holds before anything is said is not judged",
        "words.py",
        "        for place in template.true_from_start:\n"
        "            self.judge(subject, scope.rules[place])\n",
        "",
    ),
    Mutant(
        "defaults that depend on the time are not looked at",
        "words.py",
        "        for fact in template.defaults_to_look_at:\n"
        "            self.renew(subject, fact)\n",
        "        for fact in template.defaults_to_look_at:\n",
    ),
    # Words and sources
    Mutant(
        "the same word of another source is not taken for its own",
        "words.py",
        "if before is not None and before.source == origin.source and subject.raw[slot] == value:",
        "if before is not None and subject.raw[slot] == value:",
    ),
    Mutant(
        "the same on the short way",
        "engine.py",
        "if value == raw[slot] and (by := origins[slot]) and by.source is spoken_by:",
        "if value == raw[slot] and origins[slot]:",
    ),
    Mutant(
        "a snapshot takes memory away",
        "words.py",
        "                declared.memory\n                or fact.source_kind != kind\n",
        "                fact.source_kind != kind\n",
    ),
    Mutant(
        "a snapshot takes other sources' words away",
        "words.py",
        "            elif own:\n                self.say(subject, fact, None, origin)\n",
        "            else:\n                self.say(subject, fact, None, origin)\n",
    ),
    Mutant(
        "a lost source takes memory away",
        "words.py",
        "if value is None or self.lost_sources == 0 or fact.declared.memory:",
        "if value is None or self.lost_sources == 0:",
    ),
    Mutant(
        "two missed heartbeats lose a source",
        "words.py",
        "MISSED_HEARTBEATS: Final = 3",
        "MISSED_HEARTBEATS: Final = 2",
    ),
    Mutant(
        "a source that was heard in time is not watched over again",
        "words.py",
        "        else:\n            self._watch_over(state)\n",
        "        else:\n            pass\n",
    ),
    Mutant(
        "what a lost source said is not looked at again",
        "words.py",
        "        self.newly_lost.append(state)\n        self._renew_said_by(state)\n",
        "        self.newly_lost.append(state)\n",
    ),
    Mutant(
        "what a source said is not looked at when it is heard again",
        "words.py",
        "        self.lost_sources -= 1\n        self._renew_said_by(state)\n",
        "        self.lost_sources -= 1\n",
    ),
    Mutant(
        "starting the watch loses nobody",
        "engine.py",
        "                for source in words.sources.values():\n"
        "                    words.lose(source)\n",
        "",
    ),
    Mutant(
        "an event does not count as its source being heard",
        "engine.py",
        "            source.last_heard = time\n",
        "",
    ),
    # Deadlines
    Mutant(
        "a deadline that comes before a pending one is not asked for",
        "deadlines.py",
        "if pending is not None and pending <= time:",
        "if pending is not None:",
    ),
    Mutant(
        "an event comes before the deadline of its instant",
        "engine.py",
        "            if time >= deadlines.next:\n",
        "            if time > deadlines.next:\n",
    ),
    Mutant(
        "an age passes its bound a microsecond before it",
        "words.py",
        "old = now >= passes",
        "old = now + timedelta(microseconds=1) >= passes",
    ),
    Mutant(
        "nobody waits for an age to pass its bound",
        "words.py",
        'return Truth(old == (operator == "older_than")), None if old else passes',
        'return Truth(old == (operator == "older_than")), None',
    ),
    Mutant(
        "nobody waits for an instant ahead to come near",
        "words.py",
        "return Truth.UNKNOWN, settled",
        "return Truth.UNKNOWN, None",
    ),
    Mutant(
        "nobody waits for clock skew to end",
        "words.py",
        '                self.deadlines.schedule(("skew", subject.name, fact.name), ends, BOUND)\n',
        "                pass\n",
    ),
    Mutant(
        "nobody waits for a `for` to end",
        "judge.py",
        "        self._deadlines.schedule("
        '("for", subject.name, rule.index), state.since + hold, HOLD)\n',
        "",
    ),
    # Derived facts
    Mutant(
        "two derived facts of a subject cannot wait at once",
        "words.py",
        "key = derived.rank, subject.name",
        "key = 0, subject.name",
    ),
    Mutant(
        "of contradicting derivations the first is taken",
        "words.py",
        "            return None\n        self.contradictions",
        "            return concluded[0]\n        self.contradictions",
    ),
    Mutant(
        "`otherwise` is concluded from what is unknown",
        "words.py",
        "return None if unknown else derived.otherwise",
        "return derived.otherwise",
    ),
    # Findings
    Mutant(
        "what ends while its pattern is unknown is not spent",
        "judge.py",
        "state.spent = subject.verdicts[rule.when] != Truth.FALSE",
        "state.spent = subject.verdicts[rule.when] == Truth.TRUE",
    ),
    Mutant(
        "what is spent stays spent",
        "judge.py",
        "            state.spent = False\n            state.since = None\n",
        "            state.since = None\n",
    ),
    Mutant(
        "a new occurrence does not arm what is spent",
        "judge.py",
        "return occurrence is None or _same(rule, occurrence, state.spent_occurrence)",
        "return True",
    ),
    Mutant(
        "false does not begin a `for` anew",
        "judge.py",
        "            state.spent = False\n            state.since = None\n",
        "            state.spent = False\n",
    ),
    Mutant(
        "a new occurrence leaves confirmations standing",
        "judge.py",
        "            self._reset_confirmations(subject, rule, finding)\n",
        "",
    ),
    Mutant(
        "confirmations outlive their finding",
        "judge.py",
        "        if rule.confirmations:\n"
        "            self._reset_confirmations(subject, rule, None)\n",
        "",
    ),
    Mutant(
        "a new occurrence leaves the acknowledgement standing",
        "judge.py",
        "            finding.acknowledged = None\n            self._reset",
        "            self._reset",
    ),
    Mutant(
        "a finding is not judged at once when it has been raised",
        "judge.py",
        "        if rule.until >= 0 and subject.verdicts[rule.until] != Truth.FALSE:\n"
        "            words.judge(subject, rule)\n",
        "",
    ),
    Mutant(
        "a latch is marked by its pattern, not by what ends it",
        "judge.py",
        "over, unclear = end == Truth.TRUE, end == Truth.UNKNOWN",
        "over, unclear = end == Truth.TRUE, verdict == Truth.UNKNOWN",
    ),
    Mutant(
        "a rule with `for` comes and goes with its pattern alone",
        "program.py",
        "            self.rule.hold is None\n            and self.until < 0\n",
        "            self.until < 0\n",
    ),
    Mutant(
        "a latch comes and goes with its pattern alone",
        "program.py",
        "            self.rule.hold is None\n            and self.until < 0\n",
        "            self.rule.hold is None\n",
    ),
    # Reloads and permission
    Mutant(
        "a changed rule goes on with its `for`",
        "reload.py",
        "        state.since = None\n",
        "        pass\n",
    ),
    Mutant(
        "a finding whose rule is gone is gone with it",
        "reload.py",
        "            orphans[rule.rule.id, state.finding.subject] = state.finding\n",
        "            pass\n",
    ),
    Mutant(
        "confirmations are lost on a reload",
        "reload.py",
        "            if name in finding.confirmations:\n",
        "            if False:\n",
    ),
    Mutant(
        "a blind spot is a go",
        "situation.py",
        '    elif blind:\n        answer = "cannot say"\n',
        "",
    ),
)


def main() -> int:
    """Try every mutant whose description contains one of the words given, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("words", nargs="*", help="only mutants whose description has one")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--probe", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.probe:
        return probe(given.probe)
    chosen = [
        mutant
        for mutant in MUTANTS
        if not given.words or any(word in mutant.what for word in given.words)
    ]
    if stale := [mutant for mutant in chosen if not _is_applicable(mutant)]:
        for mutant in stale:
            print(f"{mutant.file}: this text is not there exactly once ({mutant.what}):")
            print("    " + mutant.old.replace("\n", "\n    "))
        return 2
    with ThreadPoolExecutor(given.workers) as workers:
        # An engine that is wrong already would make every mutant seem caught.
        unbroken = workers.submit(_try_and_tell, UNBROKEN)
        survivors = sum(not caught for caught in workers.map(_try_and_tell, chosen))
    if unbroken.result():
        print("the engine differs from the reference unbroken: this says nothing")
        return 2
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants were caught")
    return 1 if survivors else 0


def _is_applicable(mutant: Mutant) -> bool:
    return (RULES / mutant.file).read_text("utf-8").count(mutant.old) == 1


def _try_and_tell(mutant: Mutant) -> bool:
    begun = monotonic()
    caught, how = try_mutant(mutant)
    verdict = "caught  " if caught else "SURVIVED"
    print(f"{verdict}  {monotonic() - begun:5.1f}s  {mutant.what}: {how}", flush=True)
    return caught


def try_mutant(mutant: Mutant) -> tuple[bool, str]:
    """Whether the property tests notice a mutant, and how."""
    with TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "rules"
        shutil.copytree(RULES, copy, ignore=shutil.ignore_patterns("__pycache__", "*.toml"))
        text = (copy / mutant.file).read_text("utf-8")
        (copy / mutant.file).write_text(text.replace(mutant.old, mutant.new), "utf-8")
        command = [sys.executable, str(TESTS / "mutants.py"), "--probe", folder]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return True, "it does not end"
    if done.returncode == _CAUGHT:
        return True, done.stdout.strip()
    if done.returncode == _SURVIVED:
        return False, done.stdout.strip()
    # A mutant that cannot even be imported says nothing about the tests.
    return False, f"the probe failed: {done.stderr.strip()[-300:]}"


def probe(folder: Path) -> int:
    """Run the cases of the property tests on the rules of a folder until one differs."""
    sys.path[:0] = [str(folder), str(TESTS)]
    import rules

    assert Path(str(rules.__file__)).is_relative_to(folder), "these are not the mutant's rules"
    from oracle.comparison import try_journal
    from oracle.sizes import BLOCKS, JOURNALS, RULE_BASES, SNAPSHOTS, STEPS
    from oracle.snapshots import try_snapshots

    for seed in range(BLOCKS * JOURNALS):
        if (failure := try_journal(seed, steps=STEPS)) is not None:
            print(f"journal {seed}, {failure.message.splitlines()[0]}")
            return _CAUGHT
        if seed % 5 == 0 and try_snapshots(seed // 5 % (BLOCKS * RULE_BASES), SNAPSHOTS):
            print(f"snapshots {seed // 5}")
            return _CAUGHT
    print("no journal and no snapshot differs")
    return _SURVIVED


if __name__ == "__main__":
    sys.exit(main())
