"""The screen is never calmer than what it knows, and says of which time its words are."""

from __future__ import annotations

import re
from pathlib import Path

from opened_screen import LOGS, Driver, Open, at_the_failure

from rules.loader import load_rule_base
from tui.screen.keys import BY_NAME
from tui.screen.places.board import Board

WHOLE = LOGS / "H3-primary-pair-lost.jsonl"


async def raised(screen: Driver, *, findings: int, shows: str) -> str:
    """From the beginning to where so many findings have been raised."""
    await screen.press("0")
    await screen.shows("before the first event")
    await screen.press(*["n"] * findings)
    return await screen.shows(shows)


async def test_before_the_first_event_nothing_is_known(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("0")
        text = await screen.shows("before the first event", "not known: nothing has been heard")

    assert "nothing to do" not in text


async def test_a_pair_is_never_better_than_its_lines(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("X")
        asked = await screen.shows("close by hand “The standby's update failed", "reason:")
        await screen.type("bye")
        await screen.press("enter")
        text = await screen.shows("nothing open", "▲ LE-rack-a", "yet LE-rack-a is not well:")

    assert "Ends with it: DO NOT update, failover, power-off" in asked
    assert "steps are not done" in asked
    assert "nothing to do" not in text
    assert "mgmt degraded, storage degraded" in text
    assert text.index("LE-rack-a") < text.index("LE-rack-b")


async def test_where_a_source_is_lost_and_nothing_is_open_it_is_not_known(
    opened: Open, tmp_path: Path
) -> None:
    lines = WHOLE.read_bytes().splitlines(keepends=True)
    log = tmp_path / "cut.jsonl"
    log.write_bytes(b"".join(lines[:28]))
    async with opened(log) as screen:
        await screen.shows("1 lost")
        while "nothing open" not in screen.text:
            await screen.press("X")
            await screen.shows("close by hand")
            before = screen.text.count("✖ critical")
            await screen.type("gone")
            await screen.press("enter")
            await screen.until(
                lambda before=before: (
                    "nothing open" in screen.text
                    or screen.text.count("✖ critical") != before
                    or "◆ notice" in screen.text
                )
            )
        text = await screen.shows("nothing open", "not known: 1 of")

    assert "nothing to do" not in text


async def test_everything_that_is_forbidden_on_the_subject_stands_by_each_of_its_findings(
    opened: Open,
) -> None:
    async with opened(WHOLE, size=(100, 40)) as screen:
        await raised(screen, findings=2, shows="2 critical")
        first = await screen.shows("DO NOT start an update", "DO NOT restart servers", "(D)")
        await screen.press("down", "down")
        await screen.shows("The Image Streamer does not answer")
        await screen.until(lambda: "Wait for three minutes" in screen.text)
        last = screen.text
        await screen.press("D")
        await screen.shows(
            "Forbidden on pair/LE-rack-a", "The storage cluster serves no", "Open an urgent case"
        )
        await screen.press("escape", "colon")
        await screen.type("prohib")
        await screen.shows("forbidden: all prohibitions")

    assert "covered finding" in first
    for text in (first, last):
        assert len(re.findall(r"DO NOT", text)) == 4


async def test_where_room_is_short_it_is_said_how_much_more_is_forbidden(opened: Open) -> None:
    async with opened(WHOLE) as screen:
        await raised(screen, findings=2, shows="2 critical")
        await screen.shows("and 1 more and what 2 covered findings ask for (D)")


async def test_each_operation_carries_what_it_is_known_by_best(opened: Open) -> None:
    async with opened(LOGS / "U4-storage-fails.jsonl") as screen:
        await raised(screen, findings=4, shows="2 critical")
        await screen.shows("(guide, page 53)")
        await screen.press("a", "enter")
        # What is acknowledged stands below what is not.
        text = await screen.shows("ack anna", "See that the storage cluster is healthy")

    assert re.search(r"DO NOT start an update.*\(guide, page 53\)", text)


async def test_what_was_frozen_is_said_to_be_once_its_facts_have_changed(opened: Open) -> None:
    async with opened(WHOLE, size=(120, 60)) as screen:
        await raised(screen, findings=1, shows="1 notice")
        at_once = screen.text
        await screen.press("n")
        await screen.shows("2 critical")
        await screen.press("down", "down")
        await screen.shows("Wait for three minutes", "As it was at 03:10:00Z:")
        await screen.press("enter")
        text = await screen.shows("What it means", "As it was at 03:10:00Z:", "Since then: now")

    assert "As it was" not in at_once
    assert "(was healthy)" in text


async def test_a_row_names_its_subject_where_several_have_findings(
    opened: Open, tmp_path: Path
) -> None:
    log = many_pairs(tmp_path, ["storage-rack-0001-left", "storage-rack-0001-right"])
    async with opened(log) as screen:
        text = await screen.shows("2 critical")

    rows = [line for line in text.splitlines() if "✖ critical" in line]
    assert "stor…0001-left" in rows[0] + rows[1]
    assert "stor…001-right" in rows[0] + rows[1]


def many_pairs(folder: Path, failed: list[str]) -> Path:
    """Thirty pairs that are well, and some whose storage cluster fails after that."""
    names = [f"LE-{number:02}" for number in range(30)]
    names += [name for name in failed if name not in names]
    line = (
        '{"specversion":"1.0","id":"%s","source":"oneview/c","type":"watchkeeper.facts.changed",'
        '"subject":"pair/%s","time":"2026-11-22T02:%02d:00Z",'
        '"data":{"facts":{"cluster.storage":"%s","cluster.management":"healthy"}}}\n'
    )
    log = folder / "many.jsonl"
    log.write_text(
        "".join(line % (name, name, 0, "healthy") for name in names)
        + "".join(
            line % (f"{name}-f", name, number + 1, "failed") for number, name in enumerate(failed)
        )
    )
    return log


def first_pair(text: str) -> str:
    found = re.search(r"│(.) (LE-\d\d)", text)
    return f"{found[1]} {found[2]}" if found else ""


async def test_until_the_cursor_is_moved_the_worst_pair_stays_on_top(
    opened: Open, tmp_path: Path
) -> None:
    log = many_pairs(tmp_path, ["LE-20", "LE-10", "LE-05"])
    async with opened(log) as screen:
        await screen.press("0")
        await screen.shows("before the first event")
        await screen.press("n")
        await screen.until(lambda: first_pair(screen.text) == "✖ LE-20")
        await screen.press("n")
        await screen.until(lambda: first_pair(screen.text) == "✖ LE-10")
        await screen.press("shift+tab", "down", "n")
        await screen.until(lambda: "✖ LE-05" in screen.text)
        board = screen.app.screen
        assert isinstance(board, Board)
        assert board.subjects.chosen is not None
        assert board.subjects.chosen.name == "LE-20"
        await screen.press("home", "0", "n")
        await screen.until(lambda: first_pair(screen.text) == "✖ LE-20")


async def test_the_next_acknowledgement_says_whose_was_the_last(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("a")
        await screen.type("mine")
        await screen.press("enter")
        await screen.shows("ack anna")
        await screen.press("a")
        await screen.shows("It was acknowledged 02:57:00Z by anna: mine")
        await screen.press("escape", "o")
        await screen.shows("Written to")
        written = Path(screen.app.options.export_to)
    text = next(written.glob("*.md")).read_text()  # noqa: ASYNC240 (a small file, at the end)

    assert "Acknowledged 2026-11-22 02:57:00Z by anna: mine" in text


async def test_what_is_done_about_a_finding_keeps_the_cursor_on_it(opened: Open) -> None:
    async with opened(LOGS / "U4-storage-fails.jsonl") as screen:
        await raised(screen, findings=4, shows="2 critical")
        board = screen.app.screen
        assert isinstance(board, Board)
        key = board.finding_key()
        await screen.press("a", "enter")
        await screen.shows("ack anna")
        assert board.finding_key() == key


BOILER = """
[rule_base]
id = "boiler"
[scope.pair]
[source.oneview]
heartbeat = "1h"
[[fact]]
name = "water.level"
type = "int"
scope = "pair"
source = "oneview"
[[fact]]
name = "water.low_at"
type = "instant"
scope = "pair"
source = "oneview"
[[rule]]
id = "water-low"
title = "The water is low"
severity = "critical"
source = { document = "Manual", page = 1, grade = "guide" }
when = { water.level = { below = 10 } }
until = { water.level = { above = 50 }, water.low_at = { older_than = "45m" } }
[[rule.then.step]]
do = "Fill it up"
done_when = { water.level = { above = 20 } }
"""


async def test_where_all_steps_are_done_it_is_said_what_is_still_awaited(
    opened: Open, tmp_path: Path
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "boiler.toml").write_text(BOILER)
    line = (
        '{"specversion":"1.0","id":"%d","source":"oneview/c","type":"watchkeeper.facts.changed",'
        '"subject":"pair/boiler","time":"2026-11-22T02:%02d:00Z",'
        '"data":{"facts":{"water.level":%d,"water.low_at":"2026-11-22T02:00:00Z"}}}\n'
    )
    log = tmp_path / "boiler.jsonl"
    log.write_text(line % (1, 0, 5) + line % (2, 15, 30))
    rules = load_rule_base(str(tmp_path / "rules"))
    async with opened(log, rules=rules, size=(120, 40)) as screen:
        await screen.shows(
            "1 [x] Fill it up",
            "It stands until: water.level above 50 (now 30); ",
            "45m old: 30 min left",
        )
        await screen.press("enter")
        await screen.shows("What to do", "It stands until")
        await screen.press("escape", "c")
        await screen.shows("No step of it waits to be confirmed: it stands until water.level")


async def test_a_picture_of_a_place_that_was_just_opened_is_not_empty(
    opened: Open, tmp_path: Path
) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("question_mark", "S")
        await screen.shows("Written to")
    written = next(tmp_path.glob("*.svg")).read_text()  # noqa: ASYNC240 (a small file, at the end)

    assert "Everywhere" in written


async def test_beyond_the_end_of_a_log_is_its_end_and_told_so(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("T")
        await screen.type("23:00")
        await screen.press("enter")
        await screen.shows("The log ends at")


async def test_all_that_is_wrong_with_keys_stands_with_the_log(opened: Open) -> None:
    keys = {"note": ["ctrl+b"], "acknowlege": ["x"]}
    async with opened(keys=keys) as screen:
        await screen.press("L", "end")
        await screen.shows("ctrl+b of note is taken", "no action acknowlege")


async def test_on_too_small_a_terminal_there_is_but_the_word_that_it_is(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.pilot.resize_terminal(50, 12)
        text = await screen.shows("needs 60x16")

    assert "Replay" not in text


async def test_what_is_typed_takes_the_place_of_a_value(opened: Open) -> None:
    async with opened(size=(100, 40)) as screen:
        await at_the_failure(screen)
        await screen.press("w")
        await screen.shows("WHAT IF")
        await screen.press("enter")
        await screen.shows("Facts of pair/LE-rack-a", "WHAT IF")
        await screen.type("/cluster.storage")
        await screen.press("enter", "enter")
        await screen.shows("suppose cluster.storage = degraded", "[healthy")
        await screen.type("failed")
        await screen.press("enter")
        await screen.shows("failed supposed")


async def test_an_explanation_begins_with_the_facts_that_decide(opened: Open) -> None:
    async with opened(LOGS / "U4-storage-fails.jsonl", size=(100, 40)) as screen:
        await raised(screen, findings=4, shows="2 critical")
        await screen.press("down")
        await screen.shows("The storage cluster is degraded")
        await screen.press("e")
        await screen.shows("Why storage-degraded", "The facts that decide it")


def test_all_that_is_forbidden_has_a_key_and_a_name() -> None:
    assert BY_NAME["forbidden"].keys == ("D",)
