"""`watchkeeper rules`: what those who write rules read, and the exit codes they build on."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sample_logs import ROOT
from ship import RULES, Ship

from rules.engine import BEGINNING
from rules.evaluate import truth
from rules.fault_codes import Code
from rules.faults import Fault
from rules.loader import load_rule_base
from rules.vocabulary import Truth
from tui.rules_commands import fault_reports

FAULTY = "when = { water.level = { belo = 30 } }"
GOOD = "when = { water.level = { below = 30 } }"

TESTS = """
[[test]]
name = "Low water"
facts = { water.level = 25 }
[[test.finding]]
rule = "water-low"
raised = "0s"
[[test]]
name = "High water"
never = ["water-low"]
facts = { water.level = 95 }
"""


@pytest.fixture
def faulty(ship: Ship) -> Ship:
    (ship.rules / "boilers.toml").write_text(RULES.replace(GOOD, FAULTY), "utf-8")
    return ship


def write_tests(ship: Ship, text: str = TESTS) -> None:
    (ship.rules / "boilers.test.toml").write_text(text, "utf-8")


def test_a_fault_is_shown_with_its_line_and_a_caret(faulty: Ship) -> None:
    ended = faulty.run("rules", "check", "boilers")
    number = RULES.replace(GOOD, FAULTY).split(FAULTY)[0].count("\n") + 1
    head, line, caret, summary = ended.lines
    assert head.startswith(f"boilers/boilers.toml:{number}:26: error WK033: ")
    assert "did you mean below" in head
    assert line.endswith(f" | {FAULTY}")
    assert caret.index("^") == line.index("belo")
    assert summary.endswith("1 fault")
    assert ended.code == 1


def test_faults_for_machines(faulty: Ship) -> None:
    said = json.loads(faulty.run("rules", "check", "boilers", "--format", "json").out)
    assert (said["errors"], said["warnings"]) == (1, 0)
    assert said["faults"][0]["text"] == FAULTY
    (command,) = faulty.run("rules", "check", "boilers", "--format", "github").lines
    assert command.startswith("::error file=boilers/boilers.toml,line=")
    assert "col=26,endLine=66,endColumn=30,title=WK033 unknown operator::" in command
    (run,) = json.loads(faulty.run("rules", "check", "boilers", "--format", "sarif").out)["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "WK033"
    assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 26


def test_warnings_are_failures_only_when_asked_for(ship: Ship) -> None:
    bare = '[[rule]]\nid = "x"\ntitle = "x"\nseverity = "notice"\nwhen = { water.level = 1 }\n'
    (ship.rules / "bare.toml").write_text(bare)
    assert ship.run("rules", "check", "boilers").code == 0
    assert ship.run("rules", "check", "boilers", "--strict").code == 1
    assert "warning" not in ship.run("rules", "check", "boilers", "--no-warnings").out
    only = ship.run("rules", "check", "boilers/boilers.toml")
    assert "WK0" not in only.out
    assert "3 warnings" in ship.run("rules", "check", "boilers/bare.toml").out


def test_a_folder_that_is_not_there_is_exit_code_2(ship: Ship) -> None:
    ended = ship.run("rules", "check", "nowhere")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "nowhere: no such file or folder\n"


def test_hostile_bytes_in_a_rule_file_reach_no_terminal(ship: Ship) -> None:
    (ship.rules / "x.toml").write_bytes(b'title = "\xe2\x80\xae\x1b[2J"\n\xff = 1\n[[rule]]\n')
    ended = ship.run("rules", "check", "boilers")
    assert ended.code == 1
    assert all(line.isprintable() for line in ended.lines)


def test_tests_pass_and_are_counted(ship: Ship) -> None:
    write_tests(ship)
    ended = ship.run("rules", "test", "boilers")
    assert ended.lines[-1].startswith("2 tests: 2 passed in ")
    assert ended.code == 0
    assert ship.run("rules", "test", "boilers", "--run", "High").lines[-1].startswith("1 test:")


def test_a_failing_test_says_what_was_expected_and_found(ship: Ship, tmp_path: Path) -> None:
    write_tests(ship, TESTS.replace("water.level = 25", "water.level = 35"))
    ended = ship.run("rules", "test", "boilers", "--junit", "junit.xml")
    assert ended.code == 1
    assert ended.lines[0] == "FAILED Low water (boilers/boilers.test.toml:2)"
    assert "expected raised at 0s on boiler/test, open; found: nothing" in ended.lines[1]
    assert any("water.level below 30 percent (now 35 percent)" in line for line in ended.lines)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [len(case) for case in suite] == [1, 0]
    (failure,) = suite[0]
    # Readers of these files show one failure of a test: all that is wrong with it stands in it.
    for line in ended.lines[1:]:
        if line.startswith("  "):
            assert line.strip() in (failure.text or "")


def test_a_test_to_do_is_listed_in_every_run(ship: Ship) -> None:
    write_tests(ship, TESTS.replace('name = "Low', 'todo = "no log yet"\nname = "Low'))
    ended = ship.run("rules", "test", "boilers")
    assert ended.lines[0].startswith("TODO Low water: no log yet (passes already")
    assert ended.code == 0
    told = ship.run("rules", "test", "boilers", "--format", "github")
    assert told.lines[0].startswith("::notice file=boilers/boilers.test.toml,line=2,title=TODO Low")
    document = json.loads(ship.run("rules", "test", "boilers", "--format", "json").out)
    assert [(one["state"], one["passed"]) for one in document["tests"]][:1] == [("todo", True)]


def test_too_little_coverage_fails_and_is_never_rounded_up(ship: Ship) -> None:
    write_tests(ship)
    ended = ship.run("rules", "test", "boilers", "--coverage", "--min", "100")
    assert ended.code == 1
    assert any("water-gone: no test in which it is raised" in line for line in ended.lines)
    assert any("is less than the 100.0 % asked for" in line for line in ended.lines)
    assert "Tests that are kept elsewhere count with --tests PATH" in ended.lines
    assert ship.run("rules", "test", "boilers", "--min", "10").code == 0


def test_changes_that_no_test_notices_are_listed_with_a_test_that_would(ship: Ship) -> None:
    write_tests(ship)
    ended = ship.run("rules", "test", "boilers", "--mutate", "--suggest", "--jobs", "1")
    assert ended.code == 1
    said = "water-low: no test notices: when: water.level below 30 percent turned to water.level at"
    at = next(number for number, line in enumerate(ended.lines) if said in line)
    assert ended.lines[at + 1 : at + 3] == ["    [[table]]", '    rule = "water-low"']
    assert re.match(r"boilers/boilers\.toml:\d+:\d+: water-low: ", ended.lines[at])
    assert "unnoticed" in ended.lines[-1]
    document = json.loads(
        ship.run("rules", "test", "boilers", "--mutate", "--format", "json", "--jobs", "2").out
    )
    mutation = document["mutation"]
    assert f"{len(mutation['unnoticed'])} unnoticed" in ended.lines[-1]
    assert all({"line", "column", "owner", "change"} <= one.keys() for one in mutation["unnoticed"])


def test_a_faulty_test_is_told_like_a_faulty_rule(ship: Ship) -> None:
    write_tests(ship, TESTS.replace("water.level = 25", "water.levl = 25"))
    ended = ship.run("rules", "test", "boilers")
    assert ended.code == 1
    assert "WK030" in ended.lines[0]
    assert "did you mean water.level" in ended.lines[0]


def test_explain_a_log_says_why_and_why_not(ship: Ship, dry_boiler: Path) -> None:
    words = ("rules", "explain", "water-low", "--rules", "boilers", "--log", dry_boiler)
    held = ship.run(*words, "--at", "01:01:30")
    assert held.code == 0
    assert "boiler/port at 2026-03-01T01:01:30Z: open since 2026-03-01 01:01:00Z" in held.lines
    assert "    true    water.level below 30 percent (now 25 percent)" in held.lines
    before = ship.run(*words, "--at", "01:00:30")
    assert before.code == 1
    assert "    would hold with 1 fact changed:" in before.lines
    (told,) = json.loads(ship.run(*words, "--format", "json").out)
    assert told["when"]["truth"] == "false"


def test_explain_facts_from_a_file(ship: Ship) -> None:
    (ship.folder / "facts.toml").write_text("water.level = 5\n")
    words = ("rules", "explain", "water-gone", "--rules", "boilers", "--facts", "facts.toml")
    assert ship.run(*words).code == 0
    (ship.folder / "facts.toml").write_text('water.level = "low"\n')
    wrong = ship.run(*words)
    assert (wrong.code, wrong.out) == (2, "")
    assert "whole number" in wrong.err
    other = ship.run("rules", "explain", "water-gon", "--rules", "boilers", "--facts", "-")
    assert "did you mean water-gone" in other.err


def test_list_finds_rules_by_what_they_are(ship: Ship) -> None:
    def found(*words: str) -> list[str]:
        ended = ship.run("rules", "list", "--rules", "boilers", "--format", "json", *words)
        return [rule["id"] for rule in json.loads(ended.out)]

    assert found() == ["water-low", "water-gone", "leak"]
    assert found("--severity", "critical") == ["water-gone"]
    assert found("--grade", "support") == ["leak"]
    assert found("--fact", "water") == ["water-low", "water-gone"]
    (ship.rules / "concluded.toml").write_text(CONCLUDED, "utf-8")
    assert found("--fact", "water.level") == ["water-low", "water-gone", "short"]
    assert found("--fact", "water.trend") == ["water-low", "water-gone", "short"]
    (ship.rules / "concluded.toml").unlink()
    assert found("--forbids", "light") == ["water-gone"]
    assert found("TUBES") == ["water-low", "water-gone"]
    ended = ship.run("rules", "list", "--rules", "boilers", "nothing-such")
    assert (ended.code, ended.out) == (1, "0 rules of Boilers of a ship (boilers)\n")


def test_show_prints_a_rule_as_the_watch_will_see_it(ship: Ship) -> None:
    lines = ship.run("rules", "show", "--rules", "boilers", "water-gone").lines
    assert lines[0] == "✖ critical  The water is gone: the tubes burn"
    assert "  water.level below 10 percent" in lines
    assert "DO NOT light the boiler (guide, page 8)" in lines
    assert "3 [ ] Inspect the tubes [you confirm: inspected] (inferred)" in lines
    shown = ship.run("rules", "show", "--rules", "boilers", "--toml", "leak").out
    assert 'occurrence = "leak.id"' in shown


def test_prove_fails_where_a_combination_has_no_answer(ship: Ship) -> None:
    ended = ship.run("rules", "prove", "--rules", "boilers", "water.level")
    assert " ".join(ended.out.split()).endswith(
        "4 combinations: 0 with contradictory advice. None had to be answered, for no "
        "classification is named; 2 are not sure to raise a rule."
    )
    assert ended.code == 0
    told = ship.run("rules", "prove", "--rules", "boilers", "water.level", "--format", "json")
    asked = json.loads(told.out)
    assert asked[0]["unanswered"] is None
    assert [sum(part["combinations"] for part in line["where"]) for line in asked[0]["lines"]] == [
        line["combinations"] for line in asked[0]["lines"]
    ]
    derived = (
        '[[fact]]\nname = "water.kind"\ntype = "enum"\nvalues = ["much", "little"]\n'
        'scope = "boiler"\nderived = true\notherwise = "much"\n[[derive]]\nfact = "water.kind"\n'
        'value = "little"\nwhen = { water.level = { below = 40 } }\n'
    )
    (ship.rules / "derived.toml").write_text(derived)
    write_tests(ship, '[[proof]]\nfacts = ["water.level"]\nclassification = "water.kind"\n')
    proved = ship.run("rules", "prove", "--rules", "boilers")
    assert "FAULT: no rule answers it" in proved.out
    assert proved.code == 1
    verdict = "5 combinations: 2 answered, 3 without an answer, 0 with contradictory advice."
    assert " ".join(proved.out.split()).endswith(verdict)
    (counted,) = json.loads(
        ship.run("rules", "prove", "--rules", "boilers", "--format", "json").out
    )
    assert counted["verdict"].endswith(verdict)
    names = ("answered", "in_need_of_no_answer", "unanswered", "contradictory", "faulty")
    assert [counted[name] for name in names] == [2, 0, 3, 0, 3]
    assert ship.run("rules", "prove", "--rules", "boilers", "water.lvel").code == 2
    words = ("rules", "prove", "--rules", "boilers", "water.level", "--classification")
    assert "did you mean little" in ship.run(*words, "water.kind", "--quiet", "litle").err


def test_backtest_shows_what_a_change_makes_of_a_log(ship: Ship, dry_boiler: Path) -> None:
    changed = ship.folder / "changed"
    changed.mkdir()
    (changed / "boilers.toml").write_text(RULES.replace("below = 30", "below = 20"), "utf-8")
    same = ship.run("rules", "backtest", "boilers", "boilers", dry_boiler)
    told = "1 log: the same findings, blind spots and board by both"
    assert (same.code, same.lines) == (0, [told])
    other = ship.run("rules", "backtest", "boilers", "changed", dry_boiler, "--jobs", "1")
    assert other.code == 1
    assert other.lines[1].startswith("  moves: water-low on boiler/port, raised 2026-03-01T01:01")
    assert other.lines[-1] == "1 difference in 1 of 1 log"
    said = json.loads(
        ship.run("rules", "backtest", "boilers", "changed", dry_boiler, "--format", "json").out
    )
    assert said["differences"][0]["kind"] == "moves"
    assert ship.run("rules", "backtest", "boilers", "nowhere", dry_boiler).code == 2


def test_a_new_rule_base_is_without_fault_tested_and_in_form(ship: Ship) -> None:
    made = ship.run("rules", "new", "my-ship", "--title", "My ship")
    assert made.code == 0
    assert ship.run("rules", "check", "my-ship", "--strict").code == 0
    tested = ship.run(
        "rules", "test", "my-ship", "--coverage", "--min", "100", "--mutate", "--jobs", "1"
    )
    assert (tested.code, tested.lines[-1]) == (0, "29 of 29 changes noticed, 0 unnoticed")
    assert ship.run("rules", "fmt", "--check", "my-ship").code == 0
    for path in (ship.folder / "my-ship").glob("*.toml"):
        first, *_ = path.read_text("utf-8").splitlines()
        schema = path.parent / first.removeprefix("#:schema ./")
        assert json.loads(schema.read_text("utf-8"))["$schema"].startswith("https://json-schema")
    again = ship.run("rules", "new", "my-ship")
    assert (again.code, again.err) == (2, "watchkeeper rules new: my-ship is not empty\n")


def test_the_board_of_a_new_rule_base_has_a_sign_for_every_word_of_its_state(ship: Ship) -> None:
    ship.run("rules", "new", "my-ship")
    base = load_rule_base(ship.folder / "my-ship")

    def signs(word: str) -> list[str]:
        return [
            one.sign
            for one in base.board.lines[0].signs
            if truth(one.when, lambda _: word, BEGINNING, base.facts) is Truth.TRUE
        ]

    shown = {word: signs(word) for word in base.facts["service.state"].values}
    assert shown == {"running": ["good"], "stopped": ["warning"], "failed": ["critical"]}


def test_a_rule_from_an_incident_holds_in_it_and_its_test_passes(
    ship: Ship, dry_boiler: Path
) -> None:
    drafted = ship.run(
        "rules", "new", "--rules", "boilers", "--from-log", dry_boiler,
        "--at", "01:02:30", "--id", "dry",
    )  # fmt: skip
    assert drafted.code == 0
    drafted_rule, _, drafted_test = drafted.out.partition("\n# --- ")
    (ship.rules / "dry.toml").write_text(drafted_rule, "utf-8")
    (ship.rules / "dry.test.toml").write_text(drafted_test.partition("\n")[2], "utf-8")
    assert ship.run("rules", "check", "boilers").code == 0
    assert ship.run("rules", "test", "boilers").code == 0
    explained = ship.run(
        "rules", "explain", "dry", "--rules", "boilers", "--log", dry_boiler, "--at", "01:02:30"
    )
    assert explained.code == 0


def test_a_drafted_rule_is_about_the_subject_whose_facts_it_looks_at(ship: Ship) -> None:
    fleet = """
[[fact]]
name = "ship.storm"
type = "bool"
scope = "ship"
source = "gauge"
meaning = "Whether there is a storm"
"""
    (ship.rules / "ship.toml").write_text(fleet, "utf-8")
    log = ship.log(
        ship.facts("01:00:00", boiler__ship="Ellen", water__low_since="2026-03-01T00:00:00Z"),
        ship.facts("01:00:00", ship__storm=False, subject="ship/Ellen"),
        ship.facts("01:02:00", ship__storm=True, subject="ship/Ellen"),
        ship.facts("01:02:00", water__low_since="2026-03-01T01:02:00Z"),
    )
    drafted = ship.run(
        "rules", "new", "--rules", "boilers", "--from-log", log,
        "--at", "01:02:30", "--id", "storm", "--subject", "boiler/port",
    )  # fmt: skip
    assert drafted.code == 0
    assert "looks at nothing of its own, and so is about ship/Ellen" in drafted.err
    drafted_rule, _, drafted_test = drafted.out.partition("\n# --- ")
    assert 'subject = "ship/Ellen"' in drafted_test
    (ship.rules / "storm.toml").write_text(drafted_rule, "utf-8")
    (ship.rules / "storm.test.toml").write_text(drafted_test.partition("\n")[2], "utf-8")
    assert ship.run("rules", "test", "boilers").code == 0


def test_a_rule_is_not_drafted_by_an_id_that_is_taken(ship: Ship, dry_boiler: Path) -> None:
    drafted = ship.run(
        "rules", "new", "--rules", "boilers", "--from-log", dry_boiler,
        "--at", "01:02:30", "--id", "leak",
    )  # fmt: skip
    assert drafted.code == 2
    assert drafted.err.startswith("watchkeeper rules new: 'leak' is a rule in boilers.toml:")


def test_schema_has_the_facts_and_their_values_in_it(ship: Ship) -> None:
    schema = json.loads(ship.run("rules", "schema", "--rules", "boilers").out)
    water = schema["$defs"]["pattern"]["properties"]["water"]["properties"]
    assert water["trend"]["anyOf"][0]["enum"] == ["rising", "falling", "steady", "unrecognised"]
    assert "above" in water["level"]["anyOf"][-1]["properties"]
    assert "above" not in water["trend"]["anyOf"][-1]["properties"]
    rule_keys = schema["properties"]["rule"]["items"]["properties"]
    assert rule_keys["then"]["properties"]["forbid"]["items"]["properties"]["operation"][
        "enum"
    ] == [
        "light",
        "blow-down",
    ]
    tests = json.loads(ship.run("rules", "schema", "--rules", "boilers", "--tests").out)
    assert set(tests["properties"]) == {"test", "table", "logs", "proof"}


def test_fmt_writes_a_file_as_a_whole_and_says_which(ship: Ship) -> None:
    path = ship.rules / "boilers.toml"
    path.write_text(RULES.replace(" = ", "="), "utf-8")
    checked = ship.run("rules", "fmt", "--check", "boilers")
    assert (checked.code, checked.lines[0]) == (1, "boilers/boilers.toml is not in form")
    assert '+id = "boilers"' in ship.run("rules", "fmt", "--diff", path).lines
    assert ship.run("rules", "fmt", path).code == 0
    assert ship.run("rules", "fmt", "--check", path).code == 0
    path.write_text("a =", "utf-8")
    assert ship.run("rules", "fmt", path).code == 2
    assert path.read_text("utf-8") == "a ="


def test_docs_are_a_manual_that_can_be_checked_to_be_current(ship: Ship) -> None:
    words = ("rules", "docs", "--rules", "boilers", "--output", "manual.md")
    assert ship.run(*words).code == 0
    text = (ship.folder / "manual.md").read_text("utf-8")
    assert "### water-gone" in text
    assert "- **Do not** light the boiler (guide, page 8)" in text
    assert "At `water.level` percent the tubes are still covered." in text
    assert ship.run(*words, "--check").code == 0
    (ship.rules / "boilers.toml").write_text(RULES.replace("page = 8", "page = 9"), "utf-8")
    assert ship.run(*words, "--check").lines == ["manual.md is not current"]


CONCLUDED = """
[[fact]]
name = "water.verdict"
type = "enum"
values = ["short", "enough"]
scope = "boiler"
derived = true
otherwise = "enough"
meaning = "What the level comes to"
[[derive]]
fact = "water.verdict"
value = "short"
when = { water.level = { below = 30 }, water.trend = "falling" }
[[rule]]
id = "short"
title = "The boiler is short of water"
severity = "warning"
source = { document = "Boiler manual", section = "Water", page = 7, grade = "guide" }
when = { water.verdict = "short" }
"""


def test_the_manual_says_how_each_derived_fact_is_concluded(ship: Ship) -> None:
    (ship.rules / "concluded.toml").write_text(CONCLUDED, "utf-8")
    markdown = ship.run("rules", "docs", "--rules", "boilers").out
    section = markdown[markdown.index("### water.verdict") :]
    assert "What the level comes to" in section
    assert (
        '`"short"` where:\n\n- `water.level below 30 percent`\n- `water.trend = "falling"`'
        in section
    )
    assert '`"enough"` where nothing of that is so.' in section
    rule = markdown[markdown.index("### short") : markdown.index("### water.verdict")]
    assert "Concluded: [`water.verdict`](#waterverdict)" in rule
    page = ship.run("rules", "docs", "--rules", "boilers", "--format", "html").out
    section = page[page.index('<section id="water.verdict"') :]
    assert "water.level below 30 percent\nwater.trend = &quot;falling&quot;" in section
    assert '<a href="#water.verdict"><code>water.verdict</code></a>' in page


def test_the_manual_counts_as_check_does(ship: Ship) -> None:
    counted = json.loads(ship.run("rules", "check", "boilers", "--format", "json").out)
    markdown = ship.run("rules", "docs", "--rules", "boilers").out
    assert f"{counted['facts']} facts, {counted['rules']} rules" in markdown


def test_docs_and_schema_take_the_folder_as_check_and_test_do(ship: Ship) -> None:
    for action in ("docs", "schema"):
        by_path = ship.run("rules", action, "boilers")
        assert by_path.code == 0
        assert by_path.out == ship.run("rules", action, "--rules", "boilers").out
        assert ship.run("rules", action, "nowhere").err.endswith("no such file or folder\n")
    for action in ("check", "watch"):
        words = ("--once",) if action == "watch" else ()
        assert ship.run("rules", action, "--rules", "boilers", *words).code in (0, 1)
        assert "the same as PATH" in ship.run("rules", action, "--help").out


@pytest.mark.parametrize(
    "words",
    [("list", "boilers"), ("show", "boilers"), ("explain", "boilers", "--facts", "f.toml")],
    ids=lambda words: words[0],
)
def test_a_folder_in_the_place_of_a_word_is_answered(ship: Ship, words: tuple[str, ...]) -> None:
    ended = ship.run("rules", *words)
    assert ended.code == 2
    assert "boilers is a folder: did you mean --rules boilers?" in ended.err


def test_a_rule_that_is_not_there_is_told_with_the_rules_that_were_asked(ship: Ship) -> None:
    ended = ship.run("rules", "show", "water-lo", "--rules", "boilers")
    assert (
        "'water-lo' is no rule of Boilers of a ship (boilers); did you mean water-low" in ended.err
    )


def test_a_manual_is_not_written_by_an_ending_that_promises_another_form(ship: Ship) -> None:
    ended = ship.run("rules", "docs", "boilers", "--output", "manual.pdf")
    assert ended.code == 2
    assert not (ship.folder / "manual.pdf").exists()
    assert ship.run("rules", "docs", "boilers", "--output", "m.page", "--format", "html").code == 0


def test_fmt_tells_where_a_file_is_no_toml(ship: Ship) -> None:
    path = ship.rules / "boilers.toml"
    path.write_text(RULES + "\na = \n", "utf-8")
    line = RULES.count("\n") + 2
    ended = ship.run("rules", "fmt", "--check", path)
    assert ended.code == 2
    assert ended.err.startswith(f"boilers/boilers.toml:{line}:")


def test_backtest_names_the_folder_of_a_fault_and_each_log_once(
    faulty: Ship, dry_boiler: Path
) -> None:
    ended = faulty.run("rules", "backtest", "boilers", "boilers", dry_boiler)
    assert "boilers/boilers.toml:" in ended.err
    (faulty.rules / "boilers.toml").write_text(RULES, "utf-8")
    broken = faulty.folder / "broken.jsonl"
    broken.write_text("{\n", "utf-8")
    ended = faulty.run(
        "rules", "backtest", "boilers", "boilers", "broken.jsonl", "--format", "json"
    )
    assert ended.code == 2
    said = json.loads(ended.out)["unreadable"]["broken.jsonl"]
    assert said.startswith("1 line cannot be read, first broken.jsonl:1: ")


def test_explain_says_which_source_is_lost(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.run(
        "rules", "explain", "water-low", "--rules", "boilers", "--log", dry_boiler,
        "--at", "09:00",
    )  # fmt: skip
    said = " ".join(ended.out.split())
    assert "gauge/1 is lost, last heard 2026-03-01 01:10:00Z" in said


def test_explained_facts_are_read_as_in_tests(ship: Ship) -> None:
    words = ("rules", "explain", "water-low", "--rules", "boilers", "--facts", "facts.toml")
    facts = ship.folder / "facts.toml"
    facts.write_text('water.level = 25\nwater.low_since = "-40s"\n', "utf-8")
    assert ship.run(*words).code == 0
    facts.write_text('water.trend = "Falling"\n', "utf-8")
    ended = ship.run(*words)
    assert ended.code == 2
    assert (
        "facts.toml:1:15: water.trend: is never 'Falling'; it is one of rising, falling, steady"
        in ended.err
    )


def test_logs_and_what_they_must_give_may_lie_among_the_rules(ship: Ship, dry_boiler: Path) -> None:
    (ship.rules / "expected").mkdir()
    dry_boiler.rename(ship.rules / "night.jsonl")
    tests = '[[logs]]\nlogs = "*.jsonl"\nexpected = "expected/{name}.expected.toml"\n'
    write_tests(ship, tests)
    (ship.rules / "expected" / "night.expected.toml").write_text(
        """
[[finding]]
rule = "water-low"
subject = "boiler/port"
raised = "1m"
resolved = "10m"
[[finding]]
rule = "water-gone"
subject = "boiler/port"
raised = "2m"
resolved = 2026-03-01T01:11:00Z
forbids = ["light", "blow-down"]
""",
        "utf-8",
    )
    assert ship.run("rules", "check", "boilers").code == 0
    ended = ship.run("rules", "test", "boilers")
    assert ended.code == 0, ended.out


def test_a_log_that_is_not_there_is_told(ship: Ship) -> None:
    write_tests(ship, '[[test]]\nname = "x"\nlog = "nix.jsonl"\nexact = true\n')
    ended = ship.run("rules", "test", "boilers")
    assert ended.code == 1
    assert "log: there is no file boilers/nix.jsonl" in ended.out


def test_a_slip_in_a_proof_is_told_by_test(ship: Ship) -> None:
    write_tests(ship)
    proof = '[[proof]]\nfacts = ["water.levle"]\n'
    (ship.rules / "proof.test.toml").write_text(proof, "utf-8")
    ended = ship.run("rules", "test", "boilers")
    assert ended.code == 1
    assert "no fact is called 'water.levle'; did you mean water.level" in ended.out


def test_a_change_without_a_row_comes_with_a_reason(ship: Ship) -> None:
    write_tests(ship)
    ended = ship.run("rules", "test", "boilers", "--mutate", "--suggest", "--jobs", "1")
    shown = [line for line in ended.lines if not line.startswith(" ") and "no test notices" in line]
    behind = [ended.lines[ended.lines.index(line) + 1] for line in shown]
    assert all(line.startswith("    ") for line in behind)
    assert any("no row of a table would notice" in line for line in behind)


def test_the_page_for_authors_names_every_command_option_and_hook(ship: Ship) -> None:
    page = (ROOT / "rules" / "README.md").read_text("utf-8")
    commands = page[page.index("## Commands") : page.index("## Events")]
    actions = re.findall(r"^    ([a-z]+) ", ship.run("rules", "--help").out, re.MULTILINE)
    assert len(actions) == 12
    for action in actions:
        assert re.search(rf"^    {action} ", commands, re.MULTILINE)
        options = set(re.findall(r"--[a-z-]+", ship.run("rules", action, "--help").out))
        assert {one for one in options if one not in commands} <= {"--help"}
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    for hook in re.findall(r"^- id: (\S+)$", hooks, re.MULTILINE):
        assert f"`{hook}`" in commands


def test_a_rule_can_put_no_markup_into_the_manual(ship: Ship) -> None:
    hostile = RULES.replace("The water is low", "<script>x</script> [a](b) \\u001b[2J")
    (ship.rules / "boilers.toml").write_text(hostile, "utf-8")
    page = ship.run("rules", "docs", "--rules", "boilers", "--format", "html").out
    assert page.count("<script>") == 1
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    markdown = ship.run("rules", "docs", "--rules", "boilers").out
    assert "<script>" not in markdown
    assert "\\[a\\](b)" in markdown
    assert "\x1b" not in page + markdown


def test_no_word_of_a_fault_is_broken_at_a_terminals_edge() -> None:
    text = b'severity = "severe"   # ' + b"and so on " * 9
    message = "severity: 'severe' is not known; use one of critical, warning, notice, information"
    fault = Fault("rules.toml", 1, 1, message, Code.UNKNOWN_WORD, 8)
    *said, line, carets = fault_reports.as_text([fault], {"rules.toml": text}, 60)
    assert " ".join(" ".join(said).split()) == f"rules.toml:1:1: error WK013: {message}"
    assert max(map(len, (*said, line, carets))) <= 60


def test_watch_checks_and_tests(ship: Ship) -> None:
    write_tests(ship)
    lines = ship.run("rules", "watch", "boilers", "--once").lines
    assert lines[0].startswith("--- ")
    assert lines[1].endswith("no fault")
    assert lines[2].startswith("2 tests: 2 passed")
    (ship.rules / "boilers.toml").write_text(RULES.replace(GOOD, FAULTY), "utf-8")
    assert ship.run("rules", "watch", "boilers", "--once").lines[-1].endswith("1 fault")


def test_watch_sees_every_save(ship: Ship) -> None:
    from tui.rules_commands.watch import stamp

    before = stamp([ship.rules])
    assert stamp([ship.rules]) == before
    write_tests(ship)
    assert stamp([ship.rules]) != before


def test_a_draft_without_source_can_be_shown(ship: Ship) -> None:
    bare = '[[rule]]\nid = "x"\ntitle = "x"\nseverity = "notice"\nwhen = { water.level = 1 }\n'
    (ship.rules / "bare.toml").write_text(bare)
    shown = ship.run("rules", "show", "--rules", "boilers", "x").lines
    assert "  source  inferred; no document is named" in shown


def test_fmt_keeps_links_and_refuses_what_is_no_file(ship: Ship, tmp_path: Path) -> None:
    path = tmp_path / "shared.toml"
    path.write_text('a   = "b"\n')
    link = tmp_path / "linked.toml"
    link.symlink_to(path)
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)

    assert ship.run("rules", "fmt", link).code == 0
    refused = ship.run("rules", "fmt", pipe)

    assert (link.is_symlink(), path.read_text()) == (True, 'a = "b"\n')
    assert refused.code == 2
    assert "no file" in refused.err


def test_suggested_rows_are_written_to_a_file_of_tests_and_counted(ship: Ship) -> None:
    write_tests(ship)
    rules = (ship.rules / "boilers.toml").read_bytes()
    command = ("rules", "test", "boilers", "--mutate", "--jobs", "1", "--write")
    refused = ship.run(*command, "boilers/boilers.toml")
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.err.splitlines()) == 1
    assert (ship.rules / "boilers.toml").read_bytes() == rules
    ended = ship.run(*command, "boilers/more.test.toml", "--format", "json")
    rows = (ship.rules / "more.test.toml").read_text("utf-8").count("\n    {")
    assert ended.err.splitlines()[-1].startswith(f"{rows} rows written to the end of boilers/more")
    assert json.loads(ended.out)["mutation"]["unnoticed"]
    assert ship.run("rules", "test", "boilers").code == 0


FLOOD = """
[[fact]]
name = "ship.list"
type = "int"
scope = "ship"
source = "gauge"
unit = "degrees"
[[fact]]
name = "water.state"
type = "enum"
values = ["high", "low"]
scope = "boiler"
derived = true
otherwise = "high"
[[derive]]
fact = "water.state"
value = "low"
when = { water.level = { below = 30 } }
[[rule]]
id = "tilted"
title = "The water is {water.state} in a ship that lists"
severity = "notice"
for = "500ms"
when = { water.state = "low", ship.list = { above = 5 } }
"""


def explained(ship: Ship, *words: str | Path) -> str:
    ended = ship.run("rules", "explain", "tilted", "--rules", "boilers", *words)
    return " ".join(f"{ended.out} {ended.err}".split())


def test_explained_facts_tell_how_long_a_rule_must_hold_and_fill_in_its_title(ship: Ship) -> None:
    (ship.rules / "flood.toml").write_text(FLOOD, "utf-8")
    facts = ship.folder / "facts.toml"
    facts.write_text("water.level = 25\nship.list = 9\n", "utf-8")
    said = explained(ship, "--facts", "facts.toml")
    assert "tilted: The water is low in a ship that lists" in said
    assert "Z: must hold for 500ms before it is raised" in said
    facts.write_text("water.level = 25\nship.list = 1\n", "utf-8")
    assert "tilted: The water is {water.state} in a ship" in explained(
        ship, "--facts", "facts.toml"
    )
    facts.write_text('water.level = 25\nwater.state = "high"\n', "utf-8")
    assert "facts.toml:2:1: water.state: water.state is derived: say what it is" in explained(
        ship, "--facts", "facts.toml"
    )


def test_an_explanation_names_what_a_subject_would_have_to_be_within(
    ship: Ship, dry_boiler: Path
) -> None:
    (ship.rules / "flood.toml").write_text(FLOOD, "utf-8")
    log = dry_boiler.read_text("utf-8").replace('"boiler.ship"', '"leak.id"')
    dry_boiler.write_text(log, "utf-8")
    said = explained(ship, "--log", dry_boiler, "--at", "01:02:30")
    assert "ship.list above 5 degrees (now not known: within no ship)" in said
    assert "1 fact changed: boiler.ship names a ship of which ship.list above 5 degrees" in said


def test_explain_says_that_what_has_ended_is_not_raised_again(ship: Ship, dry_boiler: Path) -> None:
    rules = (ship.rules / "boilers.toml").read_text("utf-8")
    once = rules.replace("at_least = 50 }, confirm.inspected = true", "at_most = 100 }")
    (ship.rules / "boilers.toml").write_text(once, "utf-8")
    words = ("rules", "explain", "water-gone", "--rules", "boilers", "--log", dry_boiler)
    ended = ship.run(*words, "--at", "01:02:30")
    assert ended.code == 0
    said = " ".join(ended.out.split())
    assert "; not raised again before its when has been false" in said
