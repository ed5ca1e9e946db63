"""What operators do: acknowledge, confirm, note, close; copy and write files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tui.safe_text import harmless
from tui.screen.clipboard import MOST_BYTES, clipboard_sequence
from tui.screen.places.place import PlaceScreen
from tui.screen.texts.markdown import markdown_of
from tui.session import commands
from tui.session.snapshot import FindingDetail, FindingKey

if TYPE_CHECKING:
    from tui.screen.app import WatchApp


def _ask_about(
    app: WatchApp,
    label: str,
    command: Callable[[FindingKey, str], commands.Command],
    *,
    needed: bool = False,
) -> None:
    key = open_key(app)
    if key is None:
        return

    def done(text: str) -> None:
        if needed and not text.strip():
            app.tell("Nothing was written: it needs some words", failed=True)
        else:
            app.send(command(key, text.strip()))

    app.ask(f"{label}:", done)


def acknowledge(app: WatchApp) -> None:
    """Take note of a finding."""
    _ask_about(app, "acknowledge; note", commands.Acknowledge)


def note(app: WatchApp) -> None:
    """Write about a finding."""
    _ask_about(app, "note", commands.WriteNote, needed=True)


def close(app: WatchApp) -> None:
    """Close a finding by hand, with a reason."""
    _ask_about(app, "close by hand; reason", commands.CloseFinding, needed=True)


def open_key(app: WatchApp) -> FindingKey | None:
    """The open finding that keys are about; None, and a word about it, where there is none."""
    screen = app.screen
    key = screen.finding_key() if isinstance(screen, PlaceScreen) else None
    known = {row.key for row in app.snapshot.findings} if app.snapshot else set()
    if key is None or key not in known:
        app.tell("There is no open finding here", failed=True)
        return None
    return key


def confirm(app: WatchApp) -> None:
    """Confirm the next step that waits for an operator."""
    _with_detail(app, _confirm)


def _with_detail(app: WatchApp, act: Callable[[WatchApp, FindingDetail], None]) -> None:
    """Do something with the finding's detail, as soon as the session has handed it over."""
    key = open_key(app)
    if key is not None:
        app.send(commands.OpenFinding(key))
        app.with_detail(key, lambda detail: act(app, detail))


def _confirm(app: WatchApp, detail: FindingDetail) -> None:
    step = next((one for one in detail.steps if one.confirm and one.status == "open"), None)
    if step is None:
        app.tell("No step of it waits to be confirmed", failed=True)
        return

    def done(text: str) -> None:
        if text.strip().lower() in {"y", "yes"}:
            app.send(commands.Confirm(detail.row.key, step.confirm))

    app.ask(f"Done: {harmless(step.text)[:48]}? (y)", done)


def copy(app: WatchApp) -> None:
    """Send the finding as Markdown to the clipboard of the terminal."""
    _with_detail(app, _copy)


def _copy(app: WatchApp, detail: FindingDetail) -> None:
    sequence = clipboard_sequence(markdown_of(detail), in_tmux=app.options.in_tmux)
    if sequence is None:
        app.tell(f"Longer than {MOST_BYTES} bytes: use o for a file", failed=True)
        return
    app.send_to_terminal(sequence)
    hint = " (tmux: set -g set-clipboard on)" if app.options.in_tmux else ""
    app.tell(f"Sent to the terminal's clipboard{hint}; o writes a file")


def export(app: WatchApp) -> None:
    """Write the finding as Markdown to a file."""
    _with_detail(app, _export)


def _export(app: WatchApp, detail: FindingDetail) -> None:
    key = detail.row.key
    name = f"{key.rule}-{key.subject.partition('/')[2]}"
    write_file(app, name, ".md", markdown_of(detail))


def picture(app: WatchApp) -> None:
    """Write the screen as SVG to a file."""
    write_file(app, "watchkeeper", ".svg", app.export_screenshot())


def write_file(app: WatchApp, name: str, suffix: str, text: str) -> None:
    """Write a file of a name that is not taken yet, and say which."""
    safe = "".join(one if one.isalnum() or one in "-_." else "-" for one in name)[:80]
    for number in range(1, 1000):
        path = Path(app.options.export_to) / (
            f"{safe}{'' if number == 1 else f'-{number}'}{suffix}"
        )
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            app.tell(f"{path} cannot be written: {error.strerror}", failed=True)
            return
        app.tell(f"Written to {path}")
        return
