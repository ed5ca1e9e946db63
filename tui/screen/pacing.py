"""The replay's pace: play, step, seek."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rules.values import read_duration
from tui.instants import given_instant
from tui.session import commands

if TYPE_CHECKING:
    from tui.screen.app import WatchApp

SPEEDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 0.0)
"""From real time to as fast as it goes."""


def pace(app: WatchApp, name: str) -> None:
    """Do what an action says to the replay."""
    state = app.snapshot.replay if app.snapshot else None
    if state is None:
        app.tell("Only a replay can go to another time", failed=True)
        return
    match name:
        case "play":
            app.send(commands.Pause() if state.playing else commands.Play())
        case "step":
            app.send(commands.StepEvents(1))
        case "step-back":
            app.send(commands.StepEvents(-1))
        case "next-finding":
            app.send(commands.SeekFinding())
        case "previous-finding":
            app.send(commands.SeekFinding(forward=False))
        case "faster" | "slower":
            change_speed(app, state.speed, 1 if name == "faster" else -1)
        case "restart":
            app.send(commands.SeekEvent(0))
        case "to-end":
            app.send(commands.SeekEvent(state.events))
        case "go-to":
            app.ask("go to (02:14, +5m, -1h):", lambda text: go_to(app, text))


def change_speed(app: WatchApp, speed: float, by: int) -> None:
    """Play faster, or slower."""
    place = SPEEDS.index(speed) if speed in SPEEDS else SPEEDS.index(60.0)
    app.send(commands.SetSpeed(SPEEDS[max(0, min(len(SPEEDS) - 1, place + by))]))


def go_to(app: WatchApp, text: str) -> None:
    """Go to a time of the log, or so much later or earlier."""
    state = app.snapshot.replay if app.snapshot else None
    text = text.strip()
    if state is None or state.start is None or not text:
        return
    here = state.time or state.start
    try:
        if text[0] in "+-":
            span: timedelta = read_duration(text[1:].replace(" ", ""))
            time = here + span if text[0] == "+" else here - span
        else:
            time = given_instant(text).within(state.start)
    except (ValueError, OverflowError, ArgumentTypeError) as error:
        app.tell(f"{text}: {error}", failed=True)
        return
    app.send(commands.SeekTime(time))
