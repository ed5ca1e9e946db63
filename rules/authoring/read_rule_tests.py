"""From test files to tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Final

import msgspec
from msgspec.structs import replace

from rules.authoring.named_in_tests import NamedInTests
from rules.authoring.read_expected import ExpectationReader
from rules.authoring.read_rows import RowReader
from rules.authoring.rule_test_reader import TestReader
from rules.authoring.rule_tests import BEGIN, Proof, RuleTest
from rules.documents import header_lines, read_document
from rules.fault_codes import Code
from rules.faults import nearest
from rules.positions import Path, locate
from rules.rule_base import RuleBase
from rules.tables import Faults, Table

_OF_RULES: Final = ("rule_base", "scope", "source", "operation", "fact", "derive", "rule", "board")


class TestTexts(msgspec.Struct, frozen=True):
    """What tests are read from: their files by name, and files that they name, by the path that
    they name them by. `logs` are all logs that there are, for those who take every one."""

    __test__ = False

    files: Mapping[str, bytes]
    expected: Mapping[str, bytes] = {}
    logs: tuple[str, ...] = ()
    absent: frozenset[str] = frozenset()
    """Logs that tests name and that are not there."""


def read_tests(texts: TestTexts, rule_base: RuleBase) -> tuple[list[RuleTest], Faults]:
    """Every test of some files; those with faults are left out."""
    every = {**texts.files, **texts.expected}
    faults = Faults(every)
    tests: list[RuleTest] = []
    names: dict[str, str] = {}
    for file, text in texts.files.items():
        root = Table(read_document(file, text, faults).content, file, (), faults)
        lines = [line for line, _ in header_lines(faults.text_read(file), b"test")]
        for table in root.tables("test"):
            line = _line_of(table, lines)
            test = TestReader(rule_base, table, line, absent=texts.absent).read()
            _note_name(test, table, names)
            tests.append(test)
        lines = [line for line, _ in header_lines(faults.text_read(file), b"table")]
        tables = list(root.tables("table"))
        places = _row_lines(faults.text_read(file), tables)
        for table in tables:
            line = _line_of(table, lines)
            for row, test in RowReader(rule_base, table, line, places.__getitem__).rows():
                _note_name(test, row, names)
                tests.append(test)
        root.get("proof")
        for table in root.tables("logs"):
            tests += _log_tests(table, texts, rule_base, faults)
        for key in _OF_RULES:
            if key in root.content:
                root.pass_over(key)
                message = "stands in rule files; this one holds tests"
                root.fault(Code.UNKNOWN_KEY, message, key, of_key=True)
        root.finish()
    if faults.unusable:
        faulty = {fault.file for fault in faults.all() if not fault.is_warning}
        tests = [test for test in tests if test.file not in faulty]
    return tests, faults


def _line_of(table: Table, lines: list[int]) -> int:
    """The line of a table of a list; of one that has no header, the first."""
    position = int(table.path[-1])
    return lines[position] if position < len(lines) else 1


def _note_name(test: RuleTest, table: Table, names: dict[str, str]) -> None:
    """Each test is called by a name of its own, which `names` has with its place."""
    if not test.name:
        return
    if test.name in names:
        message = f"the test {test.name!r} stands in {names[test.name]} already"
        table.fault(Code.DECLARED_TWICE, message, "name")
    names.setdefault(test.name, f"{test.file}:{test.line}")


def _row_lines(text: bytes, tables: Iterable[Table]) -> dict[Path, int]:
    """The line of each row of some tables."""
    paths = {
        (*table.path, "rows", number)
        for table in tables
        if isinstance(rows := table.content.get("rows"), list)
        for number in range(len(rows))
    }
    return {path: spot.line for path, spot in locate(text, paths).items()} if paths else {}


def read_proofs(texts: TestTexts, rule_base: RuleBase) -> tuple[list[Proof], Faults]:
    """Every `[[proof]]` of some files."""
    faults = Faults(dict(texts.files))
    proofs: list[Proof] = []
    for file, text in texts.files.items():
        root = Table(read_document(file, text, faults).content, file, (), faults)
        lines = [line for line, _ in header_lines(faults.text_read(file), b"proof")]
        for table in root.tables("proof"):
            proof = Proof(
                file=file,
                line=_line_of(table, lines),
                facts=table.texts("facts"),
                classification=table.text("classification"),
                quiet=table.texts("quiet"),
                may_be_unknown=table.flag("may_be_unknown"),
                may_be_blind=table.flag("may_be_blind"),
            )
            table.finish()
            for key in ("may_be_unknown", "may_be_blind"):
                if table.has(key) and not table.has("classification"):
                    message = "says something only beside a classification"
                    table.fault(Code.BAD_TEST, message, key)
            for number, pattern in enumerate(proof.facts):
                if not any(fnmatchcase(name, pattern) for name in rule_base.facts):
                    hint = nearest(pattern, rule_base.facts)
                    message = f"no fact is called {pattern!r}{hint}"
                    table.fault(Code.UNKNOWN_FACT, message, "facts", number)
            if table.content.get("facts", []) == []:
                table.missing("facts", "whose combinations to walk")
            fact = rule_base.facts.get(proof.classification)
            derived = [one.name for one in rule_base.facts.values() if one.derived]
            if proof.classification and (fact is None or not fact.derived):
                hint = nearest(proof.classification, derived)
                message = f"{proof.classification!r} is no derived fact{hint}"
                table.fault(Code.BAD_TEST, message, "classification")
            for number, value in enumerate(proof.quiet):
                known = fact.values if fact is not None else ()
                if not table.has("classification"):
                    message = "is a value of the classification, and there is none"
                    table.fault(Code.BAD_TEST, message, "quiet", number)
                elif known and value not in known:
                    message = f"{proof.classification} is never {value!r}"
                    hint = nearest(value, known) or f"; it is one of {', '.join(known)}"
                    table.fault(Code.NEVER_THIS_VALUE, message + hint, "quiet", number)
            proofs.append(proof)
    return proofs, faults


def named_logs(text: bytes) -> list[str]:
    """The logs that the tests of a file name one by one."""
    tables = read_document("", text, Faults({})).content.get("test", [])
    return [
        log
        for table in (tables if isinstance(tables, list) else ())
        if isinstance(table, dict) and isinstance(log := table.get("log"), str) and log
    ]


def wanted_logs(text: bytes) -> list[tuple[str, str]]:
    """The patterns of logs, and of files that say what each must give, that a test file names."""
    content = read_document("", text, Faults({})).content
    tables = content.get("logs", [])
    found = []
    for table in tables if isinstance(tables, list) else ():
        if isinstance(table, dict):
            logs, expected = table.get("logs"), table.get("expected")
            if isinstance(logs, str) and isinstance(expected, str):
                found.append((logs, expected))
    return found


def _log_tests(
    table: Table, texts: TestTexts, rule_base: RuleBase, faults: Faults
) -> Iterable[RuleTest]:
    """`[[logs]]`: each log is a test, and what it must give stands in a file of its own."""
    logs, expected = table.text("logs", required=True), table.text("expected", required=True)
    table.finish()
    if not logs or not expected:
        return
    if "{name}" not in expected:
        table.fault(Code.BAD_TEST, "must name a file for each log, with {name} in it", "expected")
        return
    folder = table.file.rpartition("/")[0]
    found = 0
    for log in texts.logs:
        inside = log.removeprefix(f"{folder}/") if folder else log
        if not fnmatchcase(inside, logs):
            continue
        found += 1
        name = inside.rpartition("/")[2].partition(".")[0]
        path = f"{folder}/{expected}" if folder else expected
        path = path.replace("{name}", name)
        if path not in texts.expected:
            table.fault(Code.BAD_TEST, f"there is no file {path} for the log {log}", "expected")
            continue
        content = read_document(path, texts.expected[path], faults).content
        inner = Table(content, path, (), faults)
        inner.get("covers")
        reader = ExpectationReader(NamedInTests(rule_base), BEGIN, of_log=True)
        findings = tuple(map(reader.finding, inner.tables("finding")))
        # Whoever writes down what a log gives writes down every prohibition.
        findings = tuple(
            replace(one, advice=replace(one.advice, forbids=one.advice.forbids or ()))
            for one in findings
        )
        inner.finish()
        yield RuleTest(name=name, file=path, line=1, exact=True, log=log, findings=findings)
    if not found:
        table.fault(Code.BAD_TEST, f"no log is called {logs}", "logs")
