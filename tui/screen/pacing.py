"""The replay's pace: play, step, seek."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import TYPE_CHECKING

from rules.values import read_duration
from tui.instants import given_instant
from tui.phrases import say_time_near
from tui.session import commands

if TYPE_CHECKING:
    from tui.screen.action_host import ActionHost


def pace(app: ActionHost, name: str) -> None:
    """Do what an action says to the replay."""
    state = app.snapshot.replay if app.snapshot else None
    if app.snapshot is None:
        app.tell("The log is still being read", failed=True)
        return
    if state is None:
        app.tell("Only a replay can go to another time", failed=True)
        return
    match name:
        case "play":
            app.send(commands.PlayOrPause())
        case "step":
            app.send(commands.StepEvents(1))
        case "step-back":
            app.send(commands.StepEvents(-1))
        case "next-finding":
            app.send(commands.SeekFinding())
        case "previous-finding":
            app.send(commands.SeekFinding(forward=False))
        case "faster" | "slower":
            app.send(commands.ChangeSpeed(1 if name == "faster" else -1))
        case "restart":
            app.send(commands.SeekEvent(0))
        case "to-end":
            app.send(commands.SeekEvent(state.events))
        case "go-to":
            app.ask("go to (02:14, +5m, -1h):", lambda text: go_to(app, text))


def go_to(app: ActionHost, text: str) -> None:
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
    if state.end is not None and time > state.end and state.reading is None:
        app.tell(f"The log ends at {say_time_near(state.end, time)}: this is its end")
    elif time < state.start:
        app.tell(f"The log begins at {say_time_near(state.start, time)}: this is its beginning")
