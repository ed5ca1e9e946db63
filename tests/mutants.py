"""Breaks the engine's shortcuts, one at a time, and sees whether the tests notice.

Each mutant (mutants.toml) is a copy of `rules/` in which one exact text has been replaced by
another; where the text is no longer found, or what becomes of it is no Python, that is told and
nothing is tried. `--check` stops there. What no random journal or snapshot notices is shown to the
tests of the matcher, of the law and of checkpoints. Exit code 1 if a mutant survives.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Final, NamedTuple

TESTS: Final = Path(__file__).resolve().parent
RULES: Final = TESTS.parent / "rules"
LONGEST: Final = 600
"""Seconds of computing; a mutant that has not ended by then hangs, which no test would let pass."""
LARGEST: Final = 3 << 29
"""Bytes; one that grows beyond them raises and resolves something for ever."""
POLITENESS: Final = 10
"""How far the attempts stand back behind whatever else the machine has to do."""
_SURVIVED: Final = 0
_CAUGHT: Final = 10
_OTHER_TESTS: Final = ("rules/test_matcher*.py", "rules/test_law*.py", "rules/test_checkpoint.py")


class Mutant(NamedTuple):
    """One shortcut of the engine, broken."""

    what: str
    file: str
    old: str
    new: str
    tests_first: bool = False
    """Whether random journals say little about it, so that the other tests come before them."""


UNBROKEN: Final = Mutant("nothing is broken (this one must survive)", "engine.py", "", "")


def all_mutants() -> list[Mutant]:
    """Every mutant that there is."""
    document = tomllib.loads((TESTS / "mutants.toml").read_text("utf-8"))
    return [Mutant(**described) for described in document["mutant"]]


def main() -> int:
    """Try every mutant whose description contains one of the words given, or all."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("words", nargs="*", help="only mutants whose description has one")
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--check", action="store_true", help="see that each applies, try none")
    arguments.add_argument("--probe", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--tests-first", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.probe:
        return probe(given.probe, tests_first=given.tests_first)
    chosen = [
        mutant
        for mutant in all_mutants()
        if not given.words or any(word in mutant.what for word in given.words)
    ]
    with TemporaryDirectory(prefix="engine-") as folder:
        # One copy for all, so that a file that is saved meanwhile changes nothing.
        engine = Path(folder) / "rules"
        shutil.copytree(RULES, engine, ignore=shutil.ignore_patterns("__pycache__"))
        if stale := [mutant for mutant in chosen if not _is_applicable(mutant, engine)]:
            for mutant in stale:
                print(f"{mutant.file}: not there exactly once, or no Python ({mutant.what}):")
                print("    " + mutant.old.replace("\n", "\n    "))
            return 2
        if given.check:
            print(f"each of {len(chosen)} mutants applies")
            return 0
        with ThreadPoolExecutor(given.workers) as workers:
            # An engine that is wrong already would make every mutant seem caught.
            unbroken = workers.submit(_try_and_tell, engine, UNBROKEN)
            survivors = sum(
                not caught for caught in workers.map(partial(_try_and_tell, engine), chosen)
            )
    if unbroken.result():
        print("the engine fails the tests unbroken: this says nothing")
        return 2
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants were caught")
    return 1 if survivors else 0


def _is_applicable(mutant: Mutant, engine: Path) -> bool:
    """Whether a mutant's text is there exactly once, and what becomes of it is Python."""
    file = engine / mutant.file
    text = file.read_text("utf-8") if file.exists() else ""
    if text.count(mutant.old) != 1:
        return False
    try:
        compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
    except SyntaxError:
        return False
    return True


def _try_and_tell(engine: Path, mutant: Mutant) -> bool:
    begun = monotonic()
    caught, how = try_mutant(engine, mutant)
    verdict = "caught  " if caught else "SURVIVED"
    print(f"{verdict}  {monotonic() - begun:5.1f}s  {mutant.what}: {how}", flush=True)
    return caught


def try_mutant(engine: Path, mutant: Mutant) -> tuple[bool, str]:
    """Whether the tests notice a mutant, and how."""
    with TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "rules"
        shutil.copytree(engine, copy)
        text = (copy / mutant.file).read_text("utf-8")
        (copy / mutant.file).write_text(text.replace(mutant.old, mutant.new), "utf-8")
        command = [sys.executable, str(TESTS / "mutants.py"), "--probe", folder]
        if mutant.tests_first:
            command.append("--tests-first")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGXCPU:
        return True, "it does not end"
    if done.returncode < 0:
        return True, f"it dies of {signal.Signals(-done.returncode).name}"
    told = (done.stdout.strip().splitlines() or [""])[-1]
    if done.returncode == _CAUGHT:
        return True, told
    if done.returncode == _SURVIVED:
        return False, told
    # A mutant that cannot even be imported says nothing about the tests.
    return False, f"the probe failed: {done.stderr.strip()[-300:]}"


def probe(folder: Path, *, tests_first: bool) -> int:
    """Run the property tests' cases and other tests on a folder's rules until one fails."""
    os.nice(POLITENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST + 1))
    with suppress(ValueError, OSError):  # not every system can
        resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
    sys.path[:0] = [str(folder), str(TESTS)]
    import rules

    assert Path(str(rules.__file__)).is_relative_to(folder), "these are not the mutant's rules"
    os.environ.setdefault("WATCHKEEPER_TIMES_AS_MANY", "8")
    attempts = [_differing_case, _failing_test]
    if tests_first:
        attempts.reverse()
    try:
        noticed = attempts[0]() or attempts[1]()
    except MemoryError:
        noticed = "it takes more and more memory"
    print(noticed or "nothing differs")
    return _CAUGHT if noticed else _SURVIVED


def _differing_case() -> str:
    """The first random journal or snapshot on which engine and reference differ."""
    from oracle.comparison import try_journal
    from oracle.sizes import BLOCKS, JOURNALS, RULE_BASES, SNAPSHOTS, STEPS
    from oracle.snapshots import try_snapshots

    for seed in range(BLOCKS * JOURNALS):
        try:
            failure = try_journal(seed, steps=STEPS, verify=seed % 10 == 0)
            if failure is not None:
                return f"journal {seed}, {failure.message.splitlines()[0]}"
            if seed % 5 == 0 and try_snapshots(seed // 5 % (BLOCKS * RULE_BASES), SNAPSHOTS):
                return f"snapshots {seed // 5}"
        except Exception as error:  # noqa: BLE001  # whatever it is, a test would fail of it
            return f"journal {seed}, {type(error).__name__}"
    return ""


def _failing_test() -> str:
    """The first test of the matcher, of the law or of checkpoints that fails."""
    import pytest

    failed: list[str] = []

    class Listener:
        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            if report.failed:
                failed.append(report.nodeid.rpartition("::")[2])

    files = [str(path) for pattern in _OTHER_TESTS for path in sorted(TESTS.glob(pattern))]
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={TESTS.parent}"]
    code = pytest.main([*options, *files], plugins=[Listener()])
    if failed:
        return failed[0]
    return "" if code == pytest.ExitCode.OK else f"the tests ended with {code!r}"


if __name__ == "__main__":
    sys.exit(main())
