"""What operators do: acknowledge, confirm, note, close; copy and write files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.safe_text import cut, harmless
from tui.screen.clipboard import MOST_BYTES, clipboard_sequence
from tui.screen.places.place import PlaceScreen
from tui.screen.say import near
from tui.screen.texts.markdown import markdown_of
from tui.session import commands
from tui.session.snapshot import FindingDetail, FindingKey, FindingRow

if TYPE_CHECKING:
    from tui.screen.action_host import ActionHost

MOST_FILES: Final = 999
"""Of one name in a folder."""


def _ask_about(
    app: ActionHost,
    label: str,
    command: Callable[[FindingKey, str], commands.Command],
    *,
    hint: str = "",
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

    app.ask(label, done)
    if hint:
        app.tell(hint)


def _row(app: ActionHost) -> FindingRow | None:
    """The open finding that keys are about; None, and a word about it, where there is none."""
    key = open_key(app)
    rows = app.snapshot.findings if app.snapshot else ()
    return next((row for row in rows if row.key == key), None)


def _named(app: ActionHost, before: str, title: str, after: str) -> str:
    """A question that names what it is about, with room for the answer beside it."""
    room = max(16, app.size.width - len(before) - len(after) - 26)
    return f"{before} “{cut(harmless(title), room)}”{after}"


def acknowledge(app: ActionHost) -> None:
    """Take note of a finding; of one of which somebody has, say who."""
    row = _row(app)
    if row is None:
        return
    hint = f"{row.title} on {row.key.subject}"
    if (note := row.acknowledged) is not None:
        said = f": {note.text}" if note.text else ""
        at = app.snapshot.time if app.snapshot else None
        hint = f"It was acknowledged {near(note.at, at)} by {note.by}{said}"
    label = _named(app, "acknowledge", row.title, "; note:")
    _ask_about(app, label, commands.Acknowledge, hint=hint)


def note(app: ActionHost) -> None:
    """Write about a finding."""
    row = _row(app)
    if row is not None:
        label = _named(app, "note on", row.title, ":")
        _ask_about(app, label, commands.WriteNote, needed=True)


def close(app: ActionHost) -> None:
    """Close a finding by hand, with a reason; say what will be forbidden no longer."""
    row = _row(app)
    if row is None or app.snapshot is None:
        return
    mine, others = [], set()
    for one in app.snapshot.forbidden:
        if one.key == row.key:
            mine.append(one)
        else:
            others.add((one.operation, one.subject))
    ends = dict.fromkeys(
        one.operation for one in mine if (one.operation, one.subject) not in others
    )
    stands = dict.fromkeys(one.operation for one in mine if one.operation not in ends)
    said = f"Ends with it: DO NOT {', '.join(ends)}" if ends else "No prohibition ends with it"
    if stands:
        said += f"; still forbidden by others: {', '.join(stands)}"
    if row.steps_done < row.steps:
        said += f"; {row.steps - row.steps_done} of {row.steps} steps are not done"
    label = _named(app, "close by hand", row.title, "; reason:")
    _ask_about(app, label, commands.CloseFinding, hint=said, needed=True)


def open_key(app: ActionHost) -> FindingKey | None:
    """The open finding that keys are about; None, and a word about it, where there is none."""
    screen = app.screen
    key = screen.finding_key() if isinstance(screen, PlaceScreen) else None
    known = {row.key for row in app.snapshot.findings} if app.snapshot else set()
    if key is None or key not in known:
        app.tell("There is no open finding here", failed=True)
        return None
    return key


def confirm(app: ActionHost) -> None:
    """Confirm the next step that waits for an operator."""
    _with_detail(app, _confirm)


def _with_detail(app: ActionHost, act: Callable[[ActionHost, FindingDetail], None]) -> None:
    """Do something with the finding's detail, as soon as the session has handed it over."""
    key = open_key(app)
    if key is not None:
        app.send(commands.OpenFinding(key))
        app.with_detail(key, lambda detail: act(app, detail))


def _confirm(app: ActionHost, detail: FindingDetail) -> None:
    waiting = [one for one in detail.steps if one.confirm and one.status == "open"]
    # What starts something forbidden comes last: to be confirmed as put off, at most.
    step = min(waiting, key=lambda one: one.held, default=None)
    if step is None:
        said = f": it stands until {'; '.join(detail.awaits)}" if detail.awaits else ""
        app.tell(f"No step of it waits to be confirmed{said}", failed=True)
        return

    def done(text: str) -> None:
        if text.strip().lower() in {"y", "yes"}:
            app.send(commands.Confirm(detail.row.key, step.confirm))

    where = f"on {detail.row.key.subject.partition('/')[2]}"
    room = max(16, app.size.width - len(where) - 28)
    app.ask(f"Done: {cut(harmless(step.text), room)} {where}? (y, Enter)", done)
    app.tell(f"Step {step.number} of: {detail.row.title}")


def copy(app: ActionHost) -> None:
    """Send the finding as Markdown to the clipboard of the terminal."""
    _with_detail(app, _copy)


def _copy(app: ActionHost, detail: FindingDetail) -> None:
    sequence = clipboard_sequence(markdown_of(detail), in_tmux=app.options.in_tmux)
    if sequence is None:
        app.tell(f"Longer than {MOST_BYTES} bytes: use o for a file", failed=True)
        return
    app.send_to_terminal(sequence)
    hint = " (tmux: set -g set-clipboard on)" if app.options.in_tmux else ""
    app.tell(f"Sent to the terminal's clipboard{hint}; o writes a file")


def export(app: ActionHost) -> None:
    """Write the finding as Markdown to a file."""
    _with_detail(app, _export)


def _export(app: ActionHost, detail: FindingDetail) -> None:
    key = detail.row.key
    name = f"{key.rule}-{key.subject.partition('/')[2]}"
    write_file(app, name, ".md", markdown_of(detail))


def picture(app: ActionHost) -> None:
    """Write the screen as SVG to a file."""
    # A place that has just been opened has not been painted yet.
    app.screen.call_after_refresh(
        lambda: write_file(app, "watchkeeper", ".svg", app.export_screenshot())
    )


def write_file(app: ActionHost, name: str, suffix: str, text: str) -> None:
    """Write a file of a name that is not taken yet, and say which; what stands already in the last
    one of that name is not written again."""
    last, stands = app.written.get(name + suffix, (None, ""))
    if last is not None and stands == text and last.exists():
        app.tell(f"Already in {last}")
        return
    safe = "".join(one if one.isalnum() or one in "-_." else "-" for one in name)[:80]
    for number in range(1, MOST_FILES + 1):
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
        app.written[name + suffix] = (path, text)
        app.tell(f"Written to {path}")
        return
    app.tell(f"Not written: every name up to {safe}-{MOST_FILES}{suffix} is taken", failed=True)
