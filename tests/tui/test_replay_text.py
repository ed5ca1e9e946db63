from __future__ import annotations

from pathlib import Path

import pytest
from ship import Ship

from tui.safe_text import width

WHOLE_NIGHT = """\
Replay of log.jsonl
Judged by the rules in boilers, 0123456789abcdef: Boilers of a ship (given by
  hand: the whole log, whatever it was recorded under)

2026-03-01 01:01:00Z ▲ warning RAISED boiler/port
  The water is low
  At 25 percent the tubes are still covered.
  1 [?] Open the feed valve
  Because
    01:01:00Z gauge/1: Level falls (event e2)
      water.level = 25 percent
  Source: Boiler manual, Water, page 7 (grade: guide)
  Rule: water-low

2026-03-01 01:02:00Z ✖ critical RAISED boiler/port
  The water is gone: the tubes burn
  escalates: The water is low
  A dry boiler that is fed bursts.
  DO NOT light the boiler (guide, page 8)
  DO NOT blow the boiler down: there is nothing left (inferred)
  CONTACT SUPPORT (inferred)
  1 [ ] Draw the fires
  2 [ ] Let the boiler cool before it is opened
        45 to 60 min from 01:00:58Z: 01:45:58Z to 02:00:58Z
  3 [ ] Inspect the tubes (inferred)
  Because
    01:02:00Z gauge/1: Level falls on (event e3)
      water.level = 5 percent
  Source: Boiler manual, Water, page 8 (grade: guide)
  Rule: water-gone

2026-03-01 01:03:00Z ✖ ACKNOWLEDGED boiler/port
  The water is gone: the tubes burn; by ann: on my way
2026-03-01 01:05:00Z   source lost: gauge/1; what it said counts as unknown
                       until it is heard again
2026-03-01 01:05:00Z ▲ NOT CONFIRMED boiler/port
  The water is low; it stands, but the facts can no longer tell
2026-03-01 01:10:00Z   source heard again: gauge/1
2026-03-01 01:10:00Z ▲ RESOLVED boiler/port after 9 min
  The water is low
2026-03-01 01:11:00Z ✖ STEP DONE boiler/port
  3 [x] Inspect the tubes (inferred) (confirmed by ann)
2026-03-01 01:11:00Z ✖ RESOLVED boiler/port after 9 min
  The water is gone: the tubes burn

SITUATION AT 2026-03-01 01:11:00Z
  no finding is open
  the newest event is of this moment

SUMMARY
  log           log.jsonl
  time          2026-03-01 01:00:00Z to 2026-03-01 01:11:00Z, 11 min
  events        6 about 2 subjects
  raised        1 critical, 1 warning
  resolved      1 critical, 1 warning
  still open    none
  judged by     the rules in boilers, 0123456789abcdef: Boilers of a ship (given
                by hand: the whole log, whatever it was recorded under)
"""

AT_THE_WORST = """\
Replay of log.jsonl
Judged by the rules in boilers, 0123456789abcdef: Boilers of
  a ship (given by hand: the whole log, whatever it was
  recorded under)

SITUATION AT 2026-03-01 01:06:00Z
  source lost: gauge/1, last heard 01:02:00Z; what it said
    counts as unknown
✖ critical boiler/port: The water is gone: the tubes burn,
  since 01:02:00Z, acknowledged by ann
▲ warning boiler/port: The water is low, since 01:01:00Z,
  not confirmed; part of water-gone

FORBIDDEN
  DO NOT light the boiler on boiler/port (guide, page 8: ✖
         water-gone)
  DO NOT blow the boiler down on boiler/port: there is
         nothing left (inferred: ✖ water-gone)

WHAT TO DO
✖ boiler/port: The water is gone: the tubes burn
  CONTACT SUPPORT (inferred)
  1 [ ] Draw the fires
  2 [?] Let the boiler cool before it is opened
        45 to 60 min from water.low_since: not started
  3 [ ] Inspect the tubes (inferred)
  acknowledged 01:03:00Z by ann: on my way

EVIDENCE
✖ critical boiler/port since 01:02:00Z
  A dry boiler that is fed bursts.
  Because
    01:02:00Z gauge/1: Level falls on (event e3)
      water.level = 5 percent
  Source: Boiler manual, Water, page 8 (grade: guide)
  Rule: water-gone

WHAT CAN BE SEEN
  the newest event is 3 min old, and not every source is
  heard
  2 rules that cannot be judged: water-low on boiler/port
    (not known: water.level); water-gone on boiler/port (not
    known: water.level)
"""


def without_hash(text: str, ship: Ship) -> str:
    from rules.loader import load_rule_base

    return text.replace(load_rule_base(ship.rules).hash, "0123456789abcdef")


@pytest.mark.law(2, 8)
def test_a_night_reads_from_its_first_finding_to_its_summary(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name)
    assert without_hash(ended.out, ship) == WHOLE_NIGHT
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.law(8, 16)
def test_the_situation_at_a_time_stands_alone_and_in_full(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--at", "01:06", "--width", "60")
    assert without_hash(ended.out, ship).partition("\nSUMMARY")[0] == AT_THE_WORST
    assert ended.code == 1


def test_what_is_still_open_at_the_end_is_said_with_its_next_step(ship: Ship) -> None:
    log = ship.log(ship.facts("01:00:00", water__level=5, water__trend="falling"))
    ended = ship.replay(log)
    situation = ended.out.partition("SITUATION")[2]
    assert (
        "✖ critical boiler/port: The water is gone: the tubes burn, since 01:00:00Z\n" in situation
    )
    assert "\n  DO NOT light the boiler on boiler/port (guide, page 8: ✖ water-gone)\n" in situation
    assert "  CONTACT SUPPORT (inferred)\n  1 [ ] Draw the fires\n" in situation
    assert "Because" not in situation
    assert ended.code == 1


@pytest.mark.parametrize("columns", [24, 40, 60, 80, 120, 200])
def test_no_line_is_wider_than_asked(columns: int, ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--width", str(columns))
    assert max(map(width, ended.lines)) <= columns


@pytest.mark.parametrize("how", ["option", "locale"])
def test_ascii_is_printed_where_it_is_asked_for(
    how: str, ship: Ship, dry_boiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "locale":
        monkeypatch.setenv("LC_ALL", "C")
    ended = ship.replay(dry_boiler.name, *(["--ascii"] if how == "option" else []))
    assert ended.out.isascii()
    assert "X critical RAISED boiler/port" in ended.out


def test_a_new_occurrence_is_told_and_ends_what_was_confirmed(ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", leak__id="first"),
        ship.event("01:01:00", "finding.acknowledged", source="operator/ann", rule="leak"),
        ship.facts("01:02:00", leak__id="second"),
    )
    ended = ship.replay(log)
    assert "01:02:00Z ● AGAIN boiler/port\n" in ended.out
    assert "  again         1 new occurrence\n" in ended.out
    assert "happened again 01:02:00Z" in ended.out
    assert "acknowledged 01:01:00Z" not in ended.out


def test_closing_by_hand_and_notes_are_told_with_who_and_why(ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", leak__id="first"),
        ship.event("01:01:00", "note.written", source="operator/ann", rule="leak", note="drips"),
        ship.event("01:02:00", "finding.closed", source="operator/ben", rule="leak", reason="dry"),
    )
    ended = ship.replay(log)
    assert "● NOTE boiler/port\n  There is a leak; by ann: drips\n" in ended.out
    assert "● CLOSED boiler/port after 2 min\n  There is a leak; by ben: dry\n" in ended.out
    assert "1 notice; 1 of them closed by hand" in ended.out


def test_a_step_that_facts_untick_is_told(ship: Ship) -> None:
    log = ship.log(
        ship.facts("01:00:00", water__level=20, water__trend="rising"),
        ship.facts("01:01:00", water__trend="falling"),
    )
    out = ship.replay(log).out
    assert "1 [x] Open the feed valve" in out
    assert "▲ STEP UNDONE boiler/port\n  1 [ ] Open the feed valve\n" in out


@pytest.mark.law(9)
def test_time_goes_on_to_until_and_no_further(ship: Ship, dry_boiler: Path) -> None:
    early = ship.replay(dry_boiler.name, "--until", "01:02:59")
    assert "events        3 about" in early.out
    assert early.code == 1
    late = ship.replay(ship.log(ship.facts("01:00:00", water__level=50)), "--until", "02:00")
    assert "01:03:00Z   source lost: gauge/1" in late.out
    assert "the newest event is 60 min old" in late.out


def test_since_hides_what_was_before_and_counts_it(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--since", "01:04")
    assert "RAISED" not in ended.out
    assert "RESOLVED" in ended.out
    assert "raised        1 critical, 1 warning\n" in ended.out
    assert "only since 2026-03-01 01:04:00Z; counted is everything" in ended.out


@pytest.mark.parametrize("options", [["--severity", "warning"], ["--subject", "port"]])
def test_filters_choose_what_is_shown_and_never_the_exit_code(
    options: list[str], ship: Ship
) -> None:
    log = ship.log(
        ship.facts("01:00:00", water__level=20),
        ship.facts("01:00:01", leak__id="first", subject="boiler/port"),
        ship.event("01:00:02", subject="boiler/starboard", facts={"leak.id": "second"}),
        ship.event("01:00:03", subject="boiler/starboard", facts={"water.level": 1}),
    )
    ended = ship.replay(log, *options)
    if "--subject" in options:
        assert "boiler/starboard" not in ended.out.partition("SUMMARY")[0]
        assert "There is a leak" in ended.out
    else:
        assert "There is a leak" not in ended.out
        assert "boiler/starboard" in ended.out
    assert "raised        1 critical, 2 warning, 2 notice" in ended.out
    assert ended.code == 1


@pytest.mark.parametrize("pattern", ["boiler/port", "port", "boiler/p*", "p?rt"])
def test_a_subject_may_be_named_whole_in_part_or_by_a_pattern(pattern: str, ship: Ship) -> None:
    log = ship.log(ship.facts("01:00:00", leak__id="first"))
    assert "There is a leak" in ship.replay(log, "--subject", pattern).out
    assert "There is a leak" not in ship.replay(log, "--subject", "star*").out


def test_a_time_before_the_log_is_no_calm_night(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--at", "2026-03-01T00:00:00Z")
    assert ended.err == (
        "watchkeeper replay: nothing is known at 2026-03-01 00:00:00Z; "
        "the log begins at 2026-03-01 01:00:00Z\n"
    )
    assert ended.code == 2
    assert "no finding is open" not in ended.out


def test_to_begin_after_the_end_is_refused(ship: Ship, dry_boiler: Path) -> None:
    ended = ship.replay(dry_boiler.name, "--since", "01:05", "--until", "01:02")
    assert "--since 2026-03-01 01:05:00Z is too late" in ended.err
    assert ended.code == 2


def test_what_filters_hide_does_not_look_like_all_clear(ship: Ship) -> None:
    log = ship.log(ship.facts("01:00:00", water__level=20))
    hidden = ship.replay(log, "--severity", "critical").out
    assert "not shown, by the filters: 1 warning open\n" in hidden
    assert "none of those shown is open\n" in hidden
    mistyped = ship.replay(log, "--subject", "prot").out
    assert "no such subject: prot; there are boiler/port" in mistyped
    assert "no finding is open" not in hidden + mistyped


def test_what_nobody_has_acknowledged_comes_first_and_of_it_the_newest(ship: Ship) -> None:
    def low(time: str, name: str) -> dict[str, object]:
        return ship.event(time, subject=f"boiler/{name}", facts={"water.level": 20})

    log = ship.log(
        low("01:00:00", "a"),
        low("01:00:10", "b"),
        low("01:00:20", "c"),
        ship.event(
            "01:00:30",
            "finding.acknowledged",
            source="operator/ann",
            subject="boiler/c",
            rule="water-low",
        ),
        ship.facts("01:00:40", leak__id="first"),
    )
    out = ship.replay(log, "--at", "01:01").out
    heads = [line.split()[2] for line in out.splitlines() if line.startswith("▲ warning")]
    assert heads[:3] == ["boiler/b:", "boiler/a:", "boiler/c:"]
    assert "The water is low, since 01:00:20Z, acknowledged by ann\n" in out
    assert "\n  also open: 1 notice\n" in out


def test_what_two_findings_forbid_is_said_once(ship: Ship) -> None:
    more = ship.folder / "more"
    more.mkdir()
    (more / "more.toml").write_text(
        '[[rule]]\nid = "cold"\ntitle = "Cold"\nseverity = "warning"\n'
        'source = { document = "None", grade = "help" }\nwhen = { water.level = 5 }\n'
        '[rule.then]\nimpact = "None"\n'
        'forbid = [{ operation = "light", text = "The help: it is cold" }]\n'
    )
    log = ship.log(ship.facts("01:00:00", water__level=5))
    out = " ".join(ship.replay(log, "--add-rules", more, "--at", "01:00").out.split())
    assert out.count("DO NOT light the boiler") == 1
    assert "on boiler/port: it is cold (help: ▲ cold); (guide, page 8: ✖ water-gone)" in out


def test_what_is_behind_derived_facts_is_said_shortly(ship: Ship) -> None:
    more = ship.folder / "more"
    more.mkdir()
    (more / "more.toml").write_text(
        '[[fact]]\nname = "fire.safe"\ntype = "bool"\nscope = "boiler"\nderived = true\n'
        'grade = "inferred"\nmeaning = "Safe"\n'
        '[[derive]]\nfact = "fire.safe"\nvalue = true\nwhen = { water.level = 77 }\n'
        '[[rule]]\nid = "since"\ntitle = "Since {water.low_since}"\nseverity = "notice"\n'
        'source = { document = "None", grade = "help" }\n'
        "when = { fire.safe = true, water.low_since = { known = true } }\n"
        '[rule.then]\nimpact = "None"\n'
    )
    log = ship.log(
        ship.facts("01:00:00", "Read", water__level=77, water__low_since="2026-03-01T00:59:58.000Z")
    )
    out = ship.replay(log, "--add-rules", more, "--at", "01:00").out
    assert (
        "  Because\n"
        "    01:00:00Z gauge/1: Read (event e1)\n"
        "      water.low_since = 00:59:58Z\n"
        "    fire.safe = true (inferred)\n"
        "    which follows from\n"
        "      water.level = 77 percent, 01:00:00Z gauge/1\n"
    ) in out
    assert "● boiler/port: Since 00:59:58Z\n" in out


def test_one_of_something_is_said_in_the_singular(ship: Ship) -> None:
    more = ship.folder / "more"
    more.mkdir()
    (more / "more.toml").write_text(
        '[[fact]]\nname = "fire.count"\ntype = "int"\nscope = "boiler"\nsource = "gauge"\n'
        'unit = "fires"\nmeaning = "How many burn"\n'
        '[[rule]]\nid = "few"\ntitle = "Few"\nseverity = "notice"\n'
        'source = { document = "None", grade = "help" }\nwhen = { fire.count = { below = 3 } }\n'
        '[rule.then]\nimpact = "None"\n'
    )
    for count, said in ((1, "1 fire\n"), (2, "2 fires\n")):
        log = ship.log(ship.facts("01:00:00", fire__count=count))
        assert f"fire.count = {said}" in ship.replay(log, "--add-rules", more).out


def test_columns_are_kept_in_pipes_too(
    ship: Ship, dry_boiler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    assert 36 < max(map(width, ship.replay(dry_boiler.name).lines)) <= 44


def test_what_is_raised_together_escalates_nothing(ship: Ship) -> None:
    ended = ship.replay(ship.log(ship.facts("01:00:00", water__level=5)))
    assert "The water is low" in ended.out
    assert "escalates" not in ended.out
    assert "part of water-gone" in ended.out
