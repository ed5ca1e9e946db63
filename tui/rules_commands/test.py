"""`watchkeeper rules test`: whether rules find what tests expect, and what no test reaches."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from rules.rule_files import TESTS
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.phrases import say_count
from tui.rule_choice import path_of
from tui.rules_commands import fault_reports
from tui.rules_commands.all_cores import Progress, add_jobs
from tui.rules_commands.chosen import columns_of_terminal, say
from tui.rules_commands.rule_files import add_overrides, add_paths, folders_of, given_paths
from tui.rules_commands.whole_files import write_whole
from tui.safe_text import harmless, wants_ascii

if TYPE_CHECKING:
    from rules.authoring.coverage import Coverage, CoverageReport
    from rules.authoring.rule_tests import RuleTest
    from rules.authoring.run_tests import Outcome
    from rules.faults import Fault
    from rules.rule_base import RuleBase
    from tui.rules_commands.mutation_run import MutationReport, Told


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which tests are run, and what is measured."""
    add_paths(parser)
    parser.add_argument(
        "--tests",
        metavar="PATH",
        action="append",
        default=[],
        help="more tests: a folder, or a file that ends in .test.toml",
    )
    add_overrides(parser)
    parser.add_argument(
        "--run", metavar="TEXT", dest="wanted", help="only tests whose name has this in it"
    )
    parser.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="form of the report",
    )
    parser.add_argument("--junit", metavar="FILE", help="write JUnit's XML to a file as well")
    parser.add_argument(
        "--coverage", action="store_true", help="say what no test reaches, condition by condition"
    )
    parser.add_argument(
        "--min", metavar="PERCENT", type=_percent, help="fail where tests reach less than this"
    )
    parser.add_argument(
        "--mutate",
        action="store_true",
        help="change each comparison, value and boundary in turn: a test must fail",
    )
    parser.add_argument(
        "--equal",
        action="store_true",
        help="with --mutate: list the changes, too, that make no difference",
    )
    parser.add_argument(
        "--change",
        metavar="NAME",
        action="append",
        default=[],
        help="with --mutate: change this rule, fact, source or line of the board alone",
    )
    parser.add_argument(
        "--suggest", action="store_true", help="with --mutate: show tests that would notice"
    )
    parser.add_argument(
        "--write", metavar="FILE", help="append these tests to a file, for people to judge"
    )
    add_jobs(parser, " for --mutate")


_ABOUT_SUGGESTED: Final = """\
# Situations in which a small change of a rule, or of a derivation, would come out otherwise: each
# row is there because some comparison, value or boundary is told by it alone. Made by
# `watchkeeper rules test --mutate --write`, and to be judged by people.

"""


def _percent(text: str) -> Fraction:
    try:
        share = Fraction(text.removesuffix("%")) / 100
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 0 to 100")
    return share


def run(arguments: argparse.Namespace) -> int:
    """Run the tests; return 1 where one fails or too little is reached."""
    from msgspec.structs import replace

    from rules.authoring.coverage import Coverage

    of_mutate = (arguments.suggest, arguments.write, arguments.change, arguments.equal)
    if not arguments.mutate and any(of_mutate):
        message = "--suggest, --write, --change and --equal belong to --mutate"
        say(f"watchkeeper rules test: {message}\n", sys.stderr)
        return UNUSABLE
    if arguments.write is not None and not arguments.write.endswith(TESTS):
        message = f"--write {arguments.write}: tests stand in files that end in {TESTS}"
        say(f"watchkeeper rules test: {harmless(message)}\n", sys.stderr)
        return UNUSABLE
    loaded = load(arguments)
    if isinstance(loaded, int):
        return loaded
    rule_base, tests = loaded
    if not tests:
        return _no_tests(arguments)
    measured = arguments.coverage or arguments.min is not None
    coverage = Coverage(rule_base) if measured else None
    outcomes, seconds = play(rule_base, tests, coverage)
    report = coverage.report(outcomes) if coverage is not None else None
    folders = folders_of(given_paths(arguments))
    if report is not None:
        gaps = [replace(gap, file=path_of(gap.file, folders)) for gap in report.gaps]
        report = replace(report, gaps=tuple(gaps))
    if arguments.junit:
        from tui.rules_commands.test_reports import as_junit

        write_whole(Path(arguments.junit), as_junit(outcomes, seconds).encode())
    failed = sum(not one.passed and not one.test.todo for one in outcomes)
    short = report is not None and report.whole.share < (arguments.min or 0)
    mutation: MutationReport | None = None
    if arguments.mutate and not failed:
        mutation = _mutate(arguments, rule_base, tests, outcomes, folders)
        if arguments.change and not (mutation.tried or mutation.equal):
            names = ", ".join(arguments.change)
            say(f"watchkeeper rules test: nothing to change in {harmless(names)}\n", sys.stderr)
            return UNUSABLE
        if arguments.write is not None and mutation.unnoticed:
            # What programs read goes to the other output.
            out = sys.stdout if arguments.format == "text" else sys.stderr
            say(_append(Path(arguments.write), mutation.unnoticed), out)
    if arguments.format == "json":
        _write_json(outcomes, report, mutation)
    elif arguments.format == "github":
        _write_github(outcomes, report, mutation)
    else:
        missed, elsewhere = arguments.min if short else None, bool(arguments.tests)
        _write_text(outcomes, report, sum(seconds), missed, elsewhere=elsewhere)
        if mutation is not None:
            _write_mutation(mutation, suggest=arguments.suggest, equal=arguments.equal)
        elif arguments.mutate:
            say("Nothing was changed: the tests must pass first\n")
    return FOUND if failed or short or (mutation and mutation.unnoticed) else FINE


def _mutate(
    arguments: argparse.Namespace,
    rule_base: RuleBase,
    tests: list[RuleTest],
    outcomes: list[Outcome],
    folders: list[Path],
) -> MutationReport:
    """Change everything in turn, and name files by their paths."""
    from tui.rules_commands.mutation_run import mutate

    found = mutate(
        rule_base,
        tests,
        outcomes,
        arguments.jobs,
        suggest=arguments.suggest or arguments.write is not None,
        only=arguments.change,
    )

    def placed(changes: list[Told]) -> list[Told]:
        return [one._replace(file=path_of(one.file, folders)) for one in changes]

    return found._replace(unnoticed=placed(found.unnoticed), equal=placed(found.equal))


def load(arguments: argparse.Namespace) -> tuple[RuleBase, list[RuleTest]] | int:
    """The rules and their tests; an exit code, with faults told, where they cannot be used."""
    from msgspec.structs import replace

    from rules.authoring.read_rule_tests import read_proofs, read_tests
    from rules.faults import RuleBaseError
    from rules.loader import load_rule_base
    from tui.rules_commands.test_files import find_tests

    folders = folders_of(given_paths(arguments))
    try:
        rule_base = load_rule_base(*folders, overrides=arguments.overrides)
    except RuleBaseError as error:
        placed = [replace(fault, file=path_of(fault.file, folders)) for fault in error.faults]
        if _told_to_programs(placed, {}, arguments.format):
            return FOUND
        for fault in placed:
            say(f"{harmless(str(fault))}\n")
        say("The rules are faulty: see watchkeeper rules check\n")
        return FOUND
    try:
        texts = find_tests([*folders, *map(Path, arguments.tests)])
    except OSError as error:
        say(f"{harmless(str(error.filename))}: {error.strerror}\n", sys.stderr)
        return UNUSABLE
    tests, faults = read_tests(texts, rule_base)
    _, of_proofs = read_proofs(texts, rule_base)
    every = {**texts.files, **texts.expected}
    # A file that is no TOML is told by both.
    found = sorted(
        {*faults.all(), *of_proofs.all()}, key=lambda one: (one.file, one.line, one.column)
    )
    unusable = faults.unusable or of_proofs.unusable
    if unusable and _told_to_programs(found, every, arguments.format):
        return FOUND
    # Where the tests can be run all the same, their outcome alone goes to what is written.
    out = sys.stdout if unusable else sys.stderr
    wide, ascii_only = columns_of_terminal(), wants_ascii(out)
    for line in fault_reports.as_text(found, every, wide, ascii_only=ascii_only):
        out.write(f"{line}\n")
    if unusable:
        return FOUND
    wanted = arguments.wanted
    return rule_base, [test for test in tests if wanted is None or wanted in test.name]


def _told_to_programs(faults: Sequence[Fault], texts: Mapping[str, bytes], form: str) -> bool:
    """Tell faults in a form for programs; whether one was asked for."""
    if form == "json":
        about = {"errors": sum(not fault.is_warning for fault in faults)}
        sys.stdout.write(fault_reports.as_json(faults, texts, about) + "\n")
    elif form == "github":
        sys.stdout.write("".join(f"{line}\n" for line in fault_reports.as_github(faults)))
    return form in ("json", "github")


def _no_tests(arguments: argparse.Namespace) -> int:
    """That nothing has failed would say nothing."""
    if arguments.wanted is not None:
        message = f"no test has {arguments.wanted!r} in its name"
    else:
        message = "there is no test; tests stand beside the rules in files that end in .test.toml"
    say(f"watchkeeper rules test: {harmless(message)}\n", sys.stderr)
    return UNUSABLE if arguments.wanted is not None else FOUND


def play(
    rule_base: RuleBase, tests: list[RuleTest], coverage: Coverage | None = None
) -> tuple[list[Outcome], list[float]]:
    """Run tests one after another; how long each took is told in seconds."""
    from drivers.journal.faults import JournalError
    from rules.authoring.judged_play import Failure
    from rules.authoring.run_tests import Outcome, Runner
    from tui.rules_commands.test_files import open_log

    runner = Runner(rule_base, open_log, observer=coverage.look if coverage else None)
    outcomes: list[Outcome] = []
    seconds: list[float] = []
    progress = Progress()
    for number, test in enumerate(tests):
        progress.tell(f"{number:,} of {say_count(len(tests), 'test')}")
        begun = perf_counter()
        try:
            outcomes.append(runner.run(test))
        except (JournalError, ValueError) as error:
            outcomes.append(Outcome(test, (Failure(f"the log cannot be read: {error}"),)))
        if coverage is not None:
            coverage.count(outcomes[-1])
        seconds.append(perf_counter() - begun)
    progress.clear()
    runner.close()
    return outcomes, seconds


def _write_text(
    outcomes: list[Outcome],
    report: CoverageReport | None,
    seconds: float,
    missed: Fraction | None,
    *,
    elsewhere: bool,
) -> None:
    from rules.authoring.coverage import say_percent
    from tui.rules_commands import test_reports

    lines = [*test_reports.failures_as_text(outcomes), *test_reports.todo_as_text(outcomes)]
    if report is not None:
        lines += test_reports.coverage_as_text(report)
    if missed is not None and report is not None:
        lines.append(f"{report.whole} is less than the {say_percent(missed)} asked for")
        if not elsewhere:
            lines.append("Tests that are kept elsewhere count with --tests PATH")
    states = [test_reports.state_of(one) for one in outcomes]
    told = [f"{states.count('passed')} passed"]
    if failed := states.count("failed"):
        told.append(f"{failed} failed")
    if todo := states.count("todo"):
        told.append(f"{todo} to do")
    lines.append(f"{say_count(len(outcomes), 'test')}: {', '.join(told)} in {seconds:.1f} s")
    say("".join(f"{line}\n" for line in lines))


def _append(path: Path, unnoticed: list[Told]) -> str:
    """Append the rows that would notice changes, if there are any, and say how many there were."""
    from rules.authoring.suggested_tests import as_tables

    rows = list(dict.fromkeys((one.head, one.row) for one in unnoticed if one.row))
    name = harmless(str(path))
    if not rows:
        return f"Nothing to write to {name}: no row of a table would notice more\n"
    before = path.read_bytes() + b"\n" if path.is_file() else _ABOUT_SUGGESTED.encode()
    write_whole(path, before + as_tables(rows).encode())
    return f"{say_count(len(rows), 'row')} written to the end of {name}, for you to judge\n"


def _write_mutation(found: MutationReport, *, suggest: bool, equal: bool) -> None:
    for one in found.unnoticed:
        say(f"{_place(one)}: no test notices: {harmless(one.change)}\n")
        if suggest:
            table = f"{one.head}rows = [\n{one.row}\n]" if one.row else ""
            if one.unshown:
                say(f"    {harmless(one.unshown)}\n")
            for line in table.splitlines():
                say(f"    {harmless(line)}\n")
    for one in found.equal if equal else ():
        say(f"{_place(one)}: makes no difference: {harmless(one.change)}\n")
    if found.too_large:
        names = ", ".join(found.too_large)
        say(
            f"There are too many situations to tell which changes of {harmless(names)} make no "
            "difference\n"
        )
    unnoticed = len(found.unnoticed)
    told = f"{found.tried - unnoticed:,} of {say_count(found.tried, 'change')} noticed"
    told += f", {unnoticed:,} unnoticed"
    if found.equal:
        told += f"; {len(found.equal):,} more make no difference"
        told += "" if equal else " (--equal lists them)"
    say(f"{told}\n")


def _place(one: Told) -> str:
    return f"{harmless(one.file)}:{one.line}:{one.column}: {harmless(one.owner)}"


def _write_github(
    outcomes: list[Outcome], report: CoverageReport | None, mutation: MutationReport | None
) -> None:
    from tui.rules_commands import test_reports
    from tui.rules_commands.fault_reports import github_command

    lines = [*test_reports.failures_as_github(outcomes), *test_reports.todo_as_github(outcomes)]
    for gap in report.gaps if report is not None else ():
        said = f"{gap.owner}: {gap.message}"
        lines.append(github_command("warning", gap.file, gap.line, "not reached", said, gap.column))
    for one in mutation.unnoticed if mutation is not None else ():
        said = f"{one.owner}: no test notices: {one.change}"
        lines.append(
            github_command("warning", one.file, one.line, "unnoticed change", said, one.column)
        )
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _write_json(
    outcomes: list[Outcome], report: CoverageReport | None, mutation: MutationReport | None
) -> None:
    from tui.rules_commands import test_reports

    more: dict[str, Any] = {}
    if report is not None:
        more["coverage"] = test_reports.coverage_as_object(report)
    if mutation is not None:
        more["mutation"] = {
            "tried": mutation.tried,
            "unnoticed": [one._asdict() for one in mutation.unnoticed],
            "equal": [
                {key: value for key, value in one._asdict().items() if key in _EQUAL}
                for one in mutation.equal
            ],
            "too_large": mutation.too_large,
        }
    sys.stdout.write(test_reports.as_json(outcomes, more) + "\n")


_EQUAL: Final = ("file", "line", "column", "owner", "change")
