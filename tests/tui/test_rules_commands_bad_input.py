"""What `watchkeeper rules` makes of slips, of files that cannot be written, of hostile texts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ship import RULES, Ship

LOW = """
[[test]]
name = "Low water"
facts = { water.level = 25 }
[[test.finding]]
rule = "water-low"
raised = "0s"
"""
HOSTILE = "\\u001b[31m\\u202e\\u009b2J\\u007f%0A::error::\\n,:"


@pytest.mark.parametrize(
    "words",
    [
        ("test", "boilers", "--junit", "nowhere/junit.xml"),
        ("test", "boilers", "--junit", "."),
        ("docs", "--rules", "boilers", "--output", "nowhere/manual.md"),
        ("schema", "--rules", "boilers", "--write", "nowhere"),
        ("new", "boilers/boilers.toml/new"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_in_one_line(
    ship: Ship, words: tuple[str, ...]
) -> None:
    (ship.rules / "boilers.test.toml").write_text(LOW, "utf-8")
    ended = ship.run("rules", *words)
    assert ended.code == 2
    assert ended.err.startswith(f"watchkeeper rules {words[0]}: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("test", "boilers"), 1, "there is no test"),
        (("list", "--rules", "boilers", "--fact", "water.levl"), 2, "did you mean water.level"),
        (("list", "--rules", "boilers", "--forbids", "ligt"), 2, "did you mean light"),
        (("watch", "nowhere", "--once"), 2, "nowhere: no such file or folder"),
        (("watch", "boilers", "--once", "--tests", "nowhere"), 2, "nowhere: no such file"),
    ],
)
def test_nothing_to_do_is_no_success(
    ship: Ship, words: tuple[str, ...], code: int, said: str
) -> None:
    ended = ship.run("rules", *words)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err


def test_a_name_that_no_test_has_is_a_slip(ship: Ship) -> None:
    (ship.rules / "boilers.test.toml").write_text(LOW, "utf-8")
    ended = ship.run("rules", "test", "boilers", "--run", "High tide")
    assert (ended.code, ended.out) == (2, "")
    assert "no test has 'High tide' in its name" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test", "--suggest"), "belong to --mutate"),
        (("test", "--change", "leak"), "belong to --mutate"),
        (("test", "--mutate", "--write", "boilers/boilers.toml"), "that end in .test.toml"),
        (("test", "--jobs", "0"), "from 1 to 256"),
        (("backtest", "a", "b", "c", "--jobs", "-1"), "from 1 to 256"),
        (("list", "--severity", "horrid"), "critical"),
        (("list", "--grade", "hearsay"), "inferred"),
    ],
)
def test_options_that_cannot_be_are_wrong_usage(
    ship: Ship, words: tuple[str, ...], said: str
) -> None:
    ended = ship.run("rules", *words)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_watch_once_ends_as_check_and_test_would(ship: Ship) -> None:
    (ship.rules / "boilers.test.toml").write_text(LOW, "utf-8")
    assert ship.run("rules", "watch", "boilers", "--once").code == 0
    (ship.rules / "boilers.test.toml").write_text(LOW.replace("25", "95"), "utf-8")
    assert ship.run("rules", "watch", "boilers", "--once").code == 1


def hostile_base(ship: Ship) -> None:
    """A rule base and a failing test whose every text wants to do harm."""
    text = RULES.replace('title = "', f'title = "{HOSTILE}').replace('do = "', f'do = "{HOSTILE}')
    (ship.rules / "boilers.toml").write_text(text, "utf-8")
    name = f'name = "{HOSTILE}<&>\\u0001]]>"'
    (ship.rules / "boilers.test.toml").write_text(
        LOW.replace('name = "Low water"', name).replace("25", "95"), "utf-8"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("check", "boilers", "--format", "json"),
        ("check", "boilers", "--format", "sarif"),
        ("check", "boilers", "--format", "github"),
        ("test", "boilers"),
        ("test", "boilers", "--format", "json"),
        ("test", "boilers", "--format", "github"),
        ("list", "--rules", "boilers"),
        ("list", "--rules", "boilers", "--format", "json"),
        ("show", "--rules", "boilers", "water-low"),
        ("show", "--rules", "boilers", "water-low", "--format", "json"),
        ("docs", "--rules", "boilers"),
        ("schema", "--rules", "boilers"),
        ("explain", "water-low", "--rules", "boilers", "--facts", "facts.toml"),
        ("prove", "water.*", "--rules", "boilers", "--format", "json"),
    ],
)
def test_no_text_of_a_rule_file_reaches_the_terminal_as_more_than_text(
    ship: Ship, words: tuple[str, ...]
) -> None:
    hostile_base(ship)
    if words[0] == "check":
        (ship.rules / "more.toml").write_text(f'"{HOSTILE}" = 1\n')
    (ship.folder / "facts.toml").write_text("water.level = 5\n")
    ended = ship.run("rules", *words)
    assert "Traceback" not in ended.err
    assert ended.out
    assert all(line.isprintable() for line in (ended.out + ended.err).split("\n"))
    if "json" in words or "sarif" in words or words[0] == "schema":
        json.loads(ended.out)


def test_annotations_for_github_are_one_line_each_whatever_they_quote(ship: Ship) -> None:
    hostile_base(ship)
    ended = ship.run("rules", "test", "boilers", "--format", "github")
    (command,) = ended.lines
    assert command.startswith("::error file=boilers/boilers.test.toml,line=2,title=FAILED ")
    properties, _, message = command.removeprefix("::error ").partition("::")
    assert properties.count(",") == 2
    assert "%250A%3A%3Aerror" in properties
    assert "%0A" in message
    assert ended.code == 1


def test_junit_stays_well_formed_whatever_a_test_is_called(ship: Ship, tmp_path: Path) -> None:
    hostile_base(ship)
    assert ship.run("rules", "test", "boilers", "--junit", "junit.xml").code == 1
    (case,) = ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    name = case.get("name") or ""
    assert name.endswith("<&>\\x01]]>")
    assert [child.tag for child in case] == ["failure"]


def test_sarif_has_what_its_readers_need(ship: Ship) -> None:
    (ship.rules / "boilers.toml").write_text(RULES.replace("below = 30", "belo = 30"), "utf-8")
    (ship.rules / "a b#c.toml").write_text("x = 1\n", "utf-8")
    said = json.loads(ship.run("rules", "check", "boilers", "--format", "sarif").out)
    assert set(said) == {"$schema", "version", "runs"}
    assert said["version"] == "2.1.0"
    (run,) = said["runs"]
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    driver = run["tool"]["driver"]
    assert driver["name"]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        # What GitHub's code scanning asks of each rule.
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith(f"**{rule['id']}: ")
        assert rule["defaultConfiguration"]["level"] in ("warning", "error")
    assert {result["level"] for result in run["results"]} <= {"none", "note", "warning", "error"}
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        for location in result["locations"]:
            place: dict[str, Any] = location["physicalLocation"]
            assert "\\" not in place["artifactLocation"]["uri"]
            region = place.get("region")
            assert region is None or min(region.values()) >= 1
            assert region is None or region["endColumn"] > region["startColumn"]
    uris = {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    }
    assert uris == {"boilers/boilers.toml", "boilers/a%20b%23c.toml"}


def test_every_form_carries_place_code_and_what_would_be_right(ship: Ship) -> None:
    line = 'severity = "critcal"'
    text = RULES.replace('severity = "critical"', line, 1)
    assert line in text
    (ship.rules / "boilers.toml").write_text(text, "utf-8")
    number = text[: text.index(line)].count("\n") + 1
    begin, end = line.index('"') + 1, len(line) + 1

    def said(form: str) -> str:
        ended = ship.run("rules", "check", "boilers", "--format", form)
        assert ended.code == 1
        assert "did you mean critical?" in ended.out
        assert "WK013" in ended.out
        return ended.out

    head, _, caret, _ = said("text").splitlines()
    assert head.startswith(f"boilers/boilers.toml:{number}:{begin}: error WK013: severity: ")
    assert caret.strip(" |") == "^" * (end - begin)
    (fault,) = json.loads(said("json"))["faults"]
    assert (fault["file"], fault["line"]) == ("boilers/boilers.toml", number)
    assert (fault["column"], fault["end_column"], fault["level"]) == (begin, end, "error")
    place = f"line={number},col={begin},endLine={number},endColumn={end},title=WK013"
    assert f"::error file=boilers/boilers.toml,{place}" in said("github")
    (result,) = json.loads(said("sarif"))["runs"][0]["results"]
    (location,) = result["locations"]
    region = {"startLine": number, "startColumn": begin, "endColumn": end}
    assert location["physicalLocation"]["region"] == region
    assert (result["ruleId"], result["level"]) == ("WK013", "error")


@pytest.mark.parametrize("form", ["json", "github"])
def test_slips_in_tests_are_told_to_programs_in_their_form(ship: Ship, form: str) -> None:
    slip = '[[test]]\nname = "x"\nsubject = "boiler/a"\nnever = ["leek"]\n'
    (ship.rules / "slip.test.toml").write_text(slip, "utf-8")
    ended = ship.run("rules", "test", "boilers", "--format", form)
    assert ended.code == 1
    if form == "json":
        (fault,) = json.loads(ended.out)["faults"]
        assert (fault["file"], fault["line"], fault["code"]) == (
            "boilers/slip.test.toml",
            4,
            "WK046",
        )
        assert fault["text"] == 'never = ["leek"]'
    else:
        assert ended.out.startswith("::error file=boilers/slip.test.toml,line=4,col=10,endLine=4")
    (ship.rules / "boilers.toml").write_text("x = 1\n", "utf-8")
    broken = ship.run("rules", "test", "boilers", "--format", form)
    assert broken.code == 1
    assert json.loads(broken.out)["faults"] if form == "json" else "::error file=" in broken.out


def test_what_is_only_warned_of_in_tests_stops_none_of_them(ship: Ship) -> None:
    twice = '[[test]]\nname = "x"\nsubject = "boiler/a"\nnever = ["leak", "leak"]\n'
    (ship.rules / "twice.test.toml").write_text(twice, "utf-8")
    ended = ship.run("rules", "test", "boilers")
    assert ended.code == 0
    assert "twice.test.toml:4:18: warning WK019: never: 'leak' stands twice" in ended.err


def test_a_fault_never_repeats_what_is_absurdly_long(ship: Ship) -> None:
    long = "k" * 1_000_000
    (ship.rules / "long.toml").write_text(
        f'{long} = 1\n[[rule]]\nid = "{long}"\ntitle = "x"\nseverity = "{long}"\n'
        f'when = {{ "{long}" = true }}\n'
    )
    for form in ("text", "json", "github", "sarif"):
        ended = ship.run("rules", "check", "boilers", "--format", form)
        assert ended.code == 1
        assert len(ended.out) < 60_000
        assert "characters)" in ended.out


def test_of_very_many_faults_the_first_are_shown_and_the_others_counted(ship: Ship) -> None:
    (ship.rules / "many.toml").write_text("[[rule]]\n" * 3_000)
    ended = ship.run("rules", "check", "boilers", "--no-warnings")
    assert "more, which are not shown" in ended.lines[-2]
    said = json.loads(
        ship.run("rules", "check", "boilers", "--no-warnings", "--format", "json").out
    )
    assert len(said["faults"]) + said["left_out"] == said["errors"] == 12_000


def test_one_rule_alone_can_be_changed(ship: Ship) -> None:
    (ship.rules / "boilers.test.toml").write_text(LOW, "utf-8")
    words = ("rules", "test", "boilers", "--mutate", "--jobs", "1", "--change")
    lines = ship.run(*words, "water-low").lines
    assert all("water-low" in line for line in lines if "no test notices" in line)
    assert any("boilers/boilers.toml:" in line for line in lines)
    unknown = ship.run(*words, "water-lo")
    assert unknown.code == 2
    assert "nothing to change in water-lo" in unknown.err


def test_show_for_programs_says_all_that_the_rule_says(ship: Ship) -> None:
    ended = ship.run("rules", "show", "--rules", "boilers", "water-gone", "--format", "json")
    (rule,) = json.loads(ended.out)
    assert rule["when"] == ["water.level below 10 percent"]
    assert rule["forbid"][0]["operation"] == "light"
    assert rule["step"][2]["confirm"] == "inspected"
    assert 'id = "water-gone"' in rule["toml"]


@pytest.mark.parametrize("words", [("check",), ("test",), ("fmt", "--check"), ("list", "--rules")])
def test_a_pipe_among_the_files_is_told_and_not_waited_for(
    ship: Ship, words: tuple[str, ...]
) -> None:
    os.mkfifo(ship.rules / ("a.test.toml" if words[0] == "test" else "a.toml"))
    ended = ship.run("rules", *words, "boilers")
    assert ended.code == 2
    assert "is no regular file" in ended.err or "is no file that" in ended.err


def test_a_pipe_beside_a_file_that_is_checked_is_not_waited_for(ship: Ship) -> None:
    (ship.rules / "inner").mkdir()
    os.mkfifo(ship.rules / "inner" / "a.toml")
    (ship.rules / "inner" / "b.toml").write_text("", "utf-8")
    assert "is no regular file" in ship.run("rules", "check", "boilers/inner/b.toml").err


def test_beside_what_cannot_be_read_the_other_files_are_looked_into(ship: Ship) -> None:
    (ship.rules / "folder.toml").mkdir()
    (ship.rules / "loop.toml").symlink_to("loop.toml")
    ended = ship.run("rules", "check", "boilers")
    assert ended.code == 2
    assert "boilers/folder.toml: cannot be read: Is a directory" in ended.err
    assert "boilers/loop.toml: cannot be read: Too many levels of symbolic links" in ended.err
    assert ended.out.splitlines()[-1].endswith("no fault, 2 files cannot be read")
    (ship.rules / "slip.toml").write_text('[[rule]]\nid = "slip"\nseverity = "bad"\n', "utf-8")
    ended = ship.run("rules", "check", "boilers")
    assert ended.code == 2
    assert "'bad' is not known" in ended.out


def test_rules_are_counted_as_sound_in_which_no_fault_is_told(ship: Ship, tmp_path: Path) -> None:
    def counted() -> int:
        ended = ship.run("rules", "check", "boilers", "--overrides", str(site), "--format", "json")
        return int(json.loads(ended.out)["rules"])

    site = tmp_path / "site.toml"
    site.write_text("", "utf-8")
    every = counted()
    site.write_text('[override.water-low]\nseverity = "bad"\n', "utf-8")
    assert counted() == every - 1
    site.write_text("[override.water-low]\nenabled = false\n", "utf-8")
    assert counted() == every - 1
    site.write_text("", "utf-8")
    # A fault of form in one file is none of the rules in others.
    (ship.rules / "open.toml").write_text('x = "never closed\n', "utf-8")
    assert counted() == every
    (ship.rules / "open.toml").unlink()
    rules = ship.rules / "boilers.toml"
    text = rules.read_text("utf-8")
    assert text.count('{ operation = "light"') == 1
    wrong = '{ scope = "fleets", operation = "light"'
    rules.write_text(text.replace('{ operation = "light"', wrong), "utf-8")
    assert counted() == every - 1


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "--rules", "boilers", "water-low", "--log"),
        ("new", "--rules", "boilers", "--at", "02:00", "--from-log"),
        ("backtest", "boilers", "boilers"),
    ],
)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no event"),
        (b"\0" * 40 + b"\n", "1 line cannot be read, first odd.jsonl:1: "),
        ("{}\n".encode("utf-16"), "cannot be read, first odd.jsonl:1: "),
    ],
)
def test_a_log_of_which_nothing_can_be_read_says_so(
    ship: Ship, words: tuple[str, ...], content: bytes, said: str
) -> None:
    (ship.folder / "odd.jsonl").write_bytes(content)
    ended = ship.run("rules", *words, "odd.jsonl")
    assert ended.code == 2
    assert "odd.jsonl" in ended.err
    assert said in ended.err
    assert "same findings" not in ended.out


def test_lines_that_cannot_be_read_are_told_by_all_that_read_logs(ship: Ship) -> None:
    log = ship.log(
        ship.facts("02:00:00", water__level=50),
        *[b"garbage"] * 20,
        ship.facts("02:10:00", water__level=20),
    )
    said = f"{log.name}: 20 lines cannot be read, first {log.name}:2: "
    for words in (
        ("explain", "--rules", "boilers", "water-low", "--log", log.name),
        ("new", "--rules", "boilers", "--at", "02:11", "--from-log", log.name),
    ):
        ended = ship.run("rules", *words)
        assert ended.code == 0
        assert said in ended.err
        assert ended.out
    ended = ship.run("rules", "backtest", "boilers", "boilers", log.name)
    assert (ended.code, ended.out) == (2, "No log was compared\n")
    assert said in ended.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a":' * 100_000, "facts.json: is nested too deeply: say it in fewer levels"),
        (b'{\n"a": "\xe9"}', "facts.json:2: is not UTF-8 (byte 0xe9); save it in that encoding"),
        (b'{"water.level": 1\n"x": 2}', "facts.json:2:1: is no JSON: a comma or a closing bracket"),
        (b"{'water.level': 1}", "facts.json:1:2: is no JSON: a key in double quotes"),
        (b'{"water.level": }', "facts.json:1:17: is no JSON: a value belongs here"),
        (b'{"water.level": ' + b"1" * 5000 + b"}", "facts.json: has a number of too many digits"),
        (b"{} {}", "facts.json:1:4: is no JSON: nothing stands behind"),
    ],
)
def test_given_facts_that_are_no_json_are_told_with_their_place(
    ship: Ship, content: bytes, said: str
) -> None:
    (ship.folder / "facts.json").write_bytes(content)
    ended = ship.run("rules", "explain", "water-low", "--rules", "boilers", "--facts", "facts.json")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith(f"watchkeeper rules explain: {said}")


def test_no_newline_of_a_text_begins_a_line_of_the_manual(ship: Ship) -> None:
    hostile_base(ship)
    broken = "first\\n::error file=x::second"
    text = (ship.rules / "boilers.toml").read_text("utf-8").replace("At {water.level}", broken)
    (ship.rules / "boilers.toml").write_text(text, "utf-8")
    for form in ("html", "markdown"):
        ended = ship.run("rules", "docs", "boilers", "--format", form)
        assert not [line for line in ended.lines if line.lstrip().startswith("::")]
        assert "::error file=x" in ended.out


def test_every_action_keeps_to_ascii_where_the_locale_asks_for_it(
    ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RULES.replace("The water is low", "Wässer").replace('"notice"', '"nötice"')
    (ship.rules / "boilers.toml").write_text(text.replace("Boilers of a ship", "Kessel ü"), "utf-8")
    (ship.rules / "more.toml").write_text("[[rule]]\nid = 'é'\ntitle = 'é' # é\n", "utf-8")
    (ship.rules / "a.test.toml").write_text(LOW.replace("Low water", "é").replace("25", "95"))
    monkeypatch.setenv("LC_ALL", "C")
    for words in (("check", "boilers"), ("test", "boilers"), ("fmt", "--diff", "boilers")):
        ended = ship.run("rules", *words)
        assert ended.code
        assert (ended.out + ended.err).isascii()
    (ship.rules / "more.toml").unlink()
    (ship.rules / "boilers.toml").write_text(RULES, "utf-8")
    failed = ship.run("rules", "test", "boilers")
    assert "\\xe9" in failed.out
    assert (failed.out + failed.err).isascii()


def test_a_caret_stands_under_its_place_in_ascii_too(
    ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ship.rules / "more.toml").write_text("'é' = { ü = 1, 'b' }\n", "utf-8")
    monkeypatch.setenv("LC_ALL", "C")
    _, line, carets, *_ = ship.run("rules", "check", "boilers").lines
    assert line[carets.index("^") :].startswith("\\xfc = 1")
