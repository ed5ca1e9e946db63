"""How deep places stand on one another, and keys that come faster than they can be shown."""

from __future__ import annotations

import pytest
from opened_screen import Driver, Open, at_the_failure

from tui.screen.app import DEEPEST
from tui.screen.places.place import PlaceScreen


def kinds_of_places(screen: Driver) -> list[str]:
    return [one.kind for one in screen.app.screen_stack if isinstance(one, PlaceScreen)]


async def test_a_place_on_one_of_its_kind_replaces_it(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("question_mark", "question_mark", "question_mark")
        await screen.shows("Everywhere")
        assert kinds_of_places(screen) == ["Board", "Help"]
        await screen.press("escape", "escape")
        await screen.shows("What to do now")


async def test_places_do_not_pile_up(opened: Open) -> None:
    async with opened() as screen:
        await at_the_failure(screen)
        await screen.press("w")
        await screen.shows("WHAT IF")
        for _ in range(4):
            await screen.press("f", "t", "r", "question_mark")
        kinds = kinds_of_places(screen)
        assert kinds[:2] == ["Board", "What"]
        assert len(kinds) == 1 + DEEPEST
        # Those that were dropped are gone for good: the way back is as short as it seems.
        await screen.press(*["escape"] * (DEEPEST - 1))
        await screen.shows("What if")
        await screen.press("escape")
        await screen.shows("What to do now", "1 critical")


async def test_another_size_reaches_places_below(opened: Open) -> None:
    async with opened() as screen:
        await screen.press("question_mark")
        await screen.shows("Everywhere")
        await screen.pilot.resize_terminal(120, 40)
        await screen.press("escape")
        text = await screen.shows("What to do now")
        assert [len(line) for line in text.splitlines()] == [120] * 40


async def test_keys_that_waited_for_long_are_not_obeyed(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as screen:
        monkeypatch.setattr("tui.screen.places.place.TYPED_AHEAD", -1.0)
        await screen.press("question_mark")
        await screen.shows("Keys that had waited for long were not obeyed")
        assert kinds_of_places(screen) == ["Board"]
