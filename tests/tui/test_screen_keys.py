"""Every key and every place, driven without a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from opened_screen import UPDATE, Open, at_the_failure

from tui.screen.keys import ACTIONS, BY_NAME, TAKEN, Keys
from tui.screen.palette import Palette
from tui.screen.places.board import Board
from tui.session.timeline import Timeline, TimelineLine


async def test_help_shows_the_keys_of_the_place(opened: Open) -> None:
    async with opened(size=(80, 60)) as screen:
        await screen.press("question_mark")
        board = await screen.shows("Here", "acknowledge the finding", "In a replay")
        await screen.press("escape", "t", "question_mark")
        timeline = await screen.shows("Everywhere")

    assert "Tab" in board
    assert "acknowledge the finding" not in timeline


async def test_a_finding_is_opened_with_its_steps_evidence_and_source(opened: Open) -> None:
    async with opened(size=(100, 100)) as screen:
        await at_the_failure(screen)
        await screen.press("enter")
        await screen.shows(
            "What it means",
            "What must not be done",
            "What to do",
            "Evidence",
            "update.result = error",
            "page 53",
            'id = "update-standby-failed"',
        )
        await screen.press("escape")
        await screen.until(lambda: isinstance(screen.app.screen, Board))


async def test_evidence_leads_to_its_event(opened: Open) -> None:
    async with opened(size=(100, 60)) as screen:
        await at_the_failure(screen)
        await screen.press("enter")
        await screen.shows("Evidence")
        await screen.type("/update.result = error")
        await screen.press("enter", "enter")
        await screen.shows("Timeline", "Update of LE-rack-a ended: error")
        await screen.press("enter")
        await screen.shows("As the journal has it", 'u6-standby-fails-000076"')


async def test_explains_what_holds(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("e")
        await screen.shows("update-standby-failed on pair/LE-rack-a holds", "true ")


async def test_explains_what_does_not_hold_and_the_smallest_change(opened: Open) -> None:
    async with opened(size=(100, 60)) as screen:
        await at_the_failure(screen)
        await screen.press("r")
        await screen.type("/update-storage-failed")
        await screen.press("enter", "enter")
        await screen.shows("does not hold", "It would hold with")


async def test_what_if_is_unmistakable_and_ends(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("w")
        await screen.shows("WHAT IF")
        await screen.press("down", "enter")
        await screen.type("90m")
        await screen.press("enter")
        await screen.shows("90 min later", "The standby appliance is lost")
        await screen.press("up", "enter")
        await screen.shows("Facts of pair/LE-rack-a", "WHAT IF")
        await screen.type("/cluster.storage")
        await screen.press("enter", "enter")
        await screen.shows("suppose cluster.storage =")
        await screen.press("ctrl+u")
        await screen.type("failed")
        await screen.press("enter")
        await screen.shows("failed supposed")
        await screen.press("escape", "escape")
        await screen.shows("cluster.storage = failed")
        await screen.press("escape")
        await screen.until(lambda: "WHAT IF" not in screen.text)


async def test_acknowledging_in_a_replay_says_where_it_is_kept(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("a")
        await screen.shows("acknowledge “The standby's update", "; note:")
        await screen.type("on it")
        await screen.press("enter")
        await screen.shows("Kept in memory", "ack anna")


async def test_a_step_is_confirmed(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("c")
        await screen.shows("Done: Contact your")
        await screen.type("y")
        await screen.press("enter")
        await screen.shows("1 [x] Contact", "anna")


async def test_escape_answers_nothing(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        for key in ("a", "c", "m", "X"):
            await screen.press(key, "y", "escape")
        await screen.until(lambda: "[x]" not in screen.text)

        assert "ack anna" not in screen.text


async def test_closing_by_hand_needs_a_reason(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("X", "enter")
        await screen.shows("it needs some words")
        await screen.press("X")
        await screen.type("exercise")
        await screen.press("enter")
        await screen.shows("nothing open", "closed by hand")


async def test_filters_narrow_and_escape_widens(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("tab", "slash")
        await screen.type("resolved")
        await screen.press("enter")
        await screen.shows("Timeline /resolved")
        await screen.press("escape")
        await screen.until(lambda: "/resolved" not in screen.text)


def counted_in(text: str, filtered: str) -> tuple[int, int] | None:
    """How many lines of how many a filtered timeline shows, once it has been looked through."""
    told = re.search(rf"Timeline {filtered}─* (\d+) of (\d+) ┐", text)
    return (int(told[1]), int(told[2])) if told else None


async def test_a_long_timeline_is_filtered_in_slices_and_the_more_one_types_the_less_is_looked_at(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.screen.panes.timeline._SLICE", 7)
    looked_at: list[int] = []
    line = Timeline.line

    def counted(timeline: Timeline, number: int) -> TimelineLine | None:
        looked_at.append(number)
        return line(timeline, number)

    async with opened(size=(100, 24)) as screen:
        await screen.press("t", "slash")
        await screen.type("re")
        some = await screen.until(lambda: counted_in(screen.text, "/re ") is not None)
        monkeypatch.setattr(Timeline, "line", counted)
        await screen.type("solved")
        few = await screen.until(lambda: counted_in(screen.text, "/resolved ") is not None)

    found, of = counted_in(some, "/re ") or (0, 0)
    assert 0 < (counted_in(few, "/resolved ") or (0, 0))[0] < found < of
    assert len(set(looked_at)) <= found


async def test_the_timeline_follows_until_one_moves_up(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("tab", "up", "up")
        await screen.shows("held: G follows")
        await screen.press("G")
        await screen.until(lambda: "held" not in screen.text)


async def test_the_palette_finds_rules_and_actions(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("colon")
        await screen.type("storage-failed")
        await screen.shows("update-storage-failed", "storage-failed")
        await screen.press("enter")
        await screen.shows("Why storage-failed on")
        await screen.press("escape", "colon")
        await screen.type("cannot be judged")
        await screen.press("enter")
        await screen.shows("Rules that cannot be judged")
        await screen.press("escape", "colon", "escape")
        await screen.until(lambda: isinstance(screen.app.screen, Board))


async def test_arrows_choose_in_the_palette_and_one_escape_leaves_it(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("colon")
        await screen.type("storage-failed")
        await screen.shows("1 of 3")
        await screen.press("down", "down", "up")
        await screen.shows("2 of 3")
        await screen.press("enter")
        await screen.shows("Why update-storage-failed on")
        await screen.press("escape", "colon")
        await screen.type("no such thing at all")
        await screen.press("enter", "backspace")
        await screen.shows("find: no such thing at al")
        await screen.press("escape", "down", "enter")
        await screen.until(lambda: not isinstance(screen.app.screen, Palette))


async def test_goes_to_a_time(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("T")
        await screen.type("03:00")
        await screen.press("enter")
        await screen.shows("2026-11-22 03:00:00Z")
        await screen.press("T")
        await screen.type("+90m")
        await screen.press("enter")
        await screen.shows("2026-11-22 04:30:00Z")
        await screen.press("T")
        await screen.type("soon")
        await screen.press("enter")
        await screen.shows("soon")


async def test_plays_pauses_and_changes_pace(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("0", "plus")
        await screen.shows("paused 120x")
        await screen.press(*["plus"] * 9)
        await screen.shows("as fast as it goes")
        await screen.press("space")
        await screen.shows("event 243 of 243")
        await screen.press("left")
        await screen.shows("event 242 of 243")
        await screen.press("right", "dollar_sign")
        await screen.shows("event 243 of 243")


async def test_findings_are_sorted(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("s")
        await screen.shows("by newest")
        await screen.press("s", "s")
        await screen.until(lambda: "by " not in screen.text.splitlines()[1])


async def test_files_are_written_and_say_so(opened: Open, tmp_path: Path) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("o")
        await screen.shows("Written to")
        await screen.press("S")
        await screen.until(lambda: len(list(tmp_path.glob("*.svg"))) == 1)
        await screen.press("o")
        await screen.shows("Already in")
    text = next(tmp_path.glob("*.md")).read_text()  # noqa: ASYNC240 (a small file, at the end)

    assert text.startswith("# The standby's update failed")
    assert "## Do not" in text
    assert "- \\[" not in text


async def test_copying_says_what_happened(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("y")
        await screen.shows("Sent to the terminal's clipboard")


async def test_the_log_page_counts_what_could_not_be_read(opened: Open, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(UPDATE.read_bytes() + b"nonsense\n")
    async with opened(log, size=(200, 50)) as screen:
        await screen.press("L")
        await screen.shows("Sources", "could not be read (1)", ".jsonl:244: not JSON")


async def test_the_pairs_over_the_whole_screen(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("p")
        await screen.shows("degraded", "standby-f", "LE-rack-b", "replayed")
        await screen.press("enter")
        await screen.shows("Facts of pair/LE-rack-a")


async def test_the_operator_can_take_another_name(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("U", "ctrl+u")
        await screen.type("mara")
        await screen.press("enter")
        await screen.shows("operator/mara")


async def test_keys_can_be_given_to_others_and_taken_away(opened: Open) -> None:
    async with opened(keys={"help": ["h"], "quit": []}) as screen:
        await screen.press("q", "question_mark", "h")
        await screen.shows("Help")


async def test_a_thousand_pairs_are_a_list_that_one_can_filter(
    opened: Open, tmp_path: Path
) -> None:
    log = tmp_path / "many.jsonl"
    line = (
        '{"specversion":"1.0","id":"%d","source":"oneview/c","type":"watchkeeper.facts.changed",'
        '"subject":"pair/LE-%04d","time":"2026-11-22T02:00:00Z",'
        '"data":{"facts":{"pair.role":"secondary"}}}\n'
    )
    log.write_text("".join(line % (number, number) for number in range(1000)))
    async with opened(log) as screen:
        await screen.press("shift+tab", "slash")
        await screen.type("LE-0777")
        await screen.press("enter")
        await screen.shows("Pairs /LE-0777", "? LE-0777  secondary")


# The table of keys


HELP, LEAVE = ("question_mark",), ("escape",)
# An action; what is pressed before it on the board at the failure; what it then shows; what leads
# back to the board.
WALK: tuple[tuple[str, tuple[str, ...], str, tuple[str, ...]], ...] = (
    ("help", (), "Everywhere", LEAVE),
    ("filter", (), "filter", LEAVE),
    ("open", (), "What it means", LEAVE),
    ("back", HELP, "What to do now", ()),
    ("acknowledge", (), "acknowledge “The standby", LEAVE),
    ("explain", (), "Why update-standby-failed", LEAVE),
    ("what-if", (), "WHAT IF", LEAVE),
    ("down", HELP, "2 of", LEAVE),
    ("up", (*HELP, "down", "down"), "2 of", LEAVE),
    ("page-down", HELP, "one line up", LEAVE),
    ("page-up", (*HELP, "end"), "one line up", LEAVE),
    ("bottom", HELP, "to the end of the log", LEAVE),
    ("top", (*HELP, "end"), "Here", LEAVE),
    ("next-pane", (), "What to do now", ("shift+tab",)),
    ("previous-pane", (), "What to do now", ("tab",)),
    ("confirm", (), "Done: Contact your authorized support", LEAVE),
    ("note", (), "note on “The standby", LEAVE),
    ("close", (), "close by hand “The standby", LEAVE),
    ("copy", (), "Sent to the terminal's clipboard", ()),
    ("export", (), "Written to", ()),
    ("picture", (), "Written to", ()),
    ("sort", (), "by newest", ("s", "s")),
    ("facts", (), "Facts of pair/LE-rack-a", LEAVE),
    ("timeline", (), "RAISED critical", LEAVE),
    ("subjects", (), "LE-rack-b", LEAVE),
    ("rules", (), "storage-degraded", LEAVE),
    ("forbidden", (), "Forbidden on pair/LE-rack-a", LEAVE),
    ("blind", (), "annot be judged", LEAVE),
    ("log", (), "Sources", LEAVE),
    ("palette", (), "find", LEAVE),
    ("reload", (), "ules", ()),
    ("name", (), "your name: anna", LEAVE),
    ("redraw", (), "What to do now", ()),
    ("play", (), "playing", ("space",)),
    ("step", ("0",), "event 1 of 243", ()),
    ("step-back", ("dollar_sign",), "event 242 of 243", ()),
    ("next-finding", ("0",), "RAISED", ()),
    ("previous-finding", ("dollar_sign",), "RAISED", ()),
    ("faster", (), "120x", ("minus",)),
    ("slower", (), "30x", ("plus",)),
    ("go-to", (), "go to", LEAVE),
    ("restart", (), "before the first event", ()),
    ("to-end", (), "event 243 of 243", ()),
)
ELSEWHERE = {"suspend", "quit"}
"""They leave the screen, and are tried on a real terminal."""


async def test_every_key_of_every_action_does_what_help_says(opened: Open) -> None:
    async with opened() as screen:
        for name, before, shows, after in WALK:
            for key in BY_NAME[name].keys:
                if "1 critical" not in screen.text:
                    await at_the_failure(screen)
                await screen.press(*before)
                await screen.press(key)
                await screen.shows(shows)
                await screen.press(*after)
                await screen.until(lambda: isinstance(screen.app.screen, Board))

    assert {step[0] for step in WALK} | ELSEWHERE == set(BY_NAME)


def test_no_key_is_bound_twice_in_a_place() -> None:
    assert Keys().problems == []


def test_keys_that_others_take_are_not_used() -> None:
    assert not {key for action in ACTIONS for key in action.keys} & TAKEN


@pytest.mark.parametrize(
    ("remapped", "said"),
    [
        ({"acknowlege": ["x"]}, "did you mean acknowledge"),
        ({"note": ["a"]}, "a is bound to acknowledge and to note"),
        ({"note": ["ctrl+b"]}, "ctrl+b of note is taken"),
    ],
)
def test_what_is_wrong_with_remapped_keys_is_told(
    remapped: dict[str, list[str]], said: str
) -> None:
    assert any(said in problem for problem in Keys(remapped).problems)
