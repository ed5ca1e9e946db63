"""A password that is typed wrongly at the terminal is asked for again, before the watch begins."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from drivers.configuration import DeploymentSettings
from drivers.live.session import NoPasswordError
from drivers.simulator import scenario
from drivers.simulator.build import PASSWORD
from tui.recording.asked_password import asked_password
from tui.recording.demo import Demo


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeploymentSettings]:
    with Demo(scenario.load("calm"), 1.0) as demo:
        journal = tmp_path_factory.mktemp("journal") / "watch.jsonl"
        (deployment,) = demo.plan(journal, None).configuration.deployments
        yield deployment


def typed(settings: DeploymentSettings, *answers: str) -> tuple[str, list[str], int]:
    """The password that is used, what was told, and how often one was asked."""
    told: list[str] = []
    left = list(answers)
    source = asked_password(settings, lambda _: left.pop(0), told.append)

    async def given() -> str:
        return (await source()).reveal()

    # A busy machine is told of as slow.
    told = [text for text in told if "is asked whether" not in text]
    return asyncio.run(given()), told, len(answers) - len(left)


def test_the_right_one_is_asked_for_once(settings: DeploymentSettings) -> None:
    assert typed(settings, PASSWORD, "never asked") == (PASSWORD, [], 1)


def test_a_wrong_one_is_asked_for_again(settings: DeploymentSettings) -> None:
    refused = "harbour refuses this name and password"
    assert typed(settings, "wrong", "", PASSWORD) == (PASSWORD, [refused, refused], 3)


def test_three_wrong_ones_are_enough_and_none_is_repeated(settings: DeploymentSettings) -> None:
    with pytest.raises(NoPasswordError) as raised:
        typed(settings, "wrong-1", "wrong-2", "wrong-3", PASSWORD)
    assert "has refused" in str(raised.value)
    assert "wrong-" not in str(raised.value)


@pytest.mark.parametrize("fault", ["nobody answers", "not trusted"])
def test_where_nobody_says_that_it_is_wrong_the_watch_begins(
    settings: DeploymentSettings, fault: str
) -> None:
    changed = replace(settings, port=1) if fault == "nobody answers" else settings
    if fault == "not trusted":
        changed = replace(settings, ca_file="")
    assert typed(changed, "wrong") == ("wrong", [], 1)
