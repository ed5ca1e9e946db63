"""Walks the tutorial: its files are written, its commands run, their outputs compared.

A block ```toml FILE (or jsonl) is a file that the reader saves; a `+` behind the name says that
it is added to the file. A block ```console holds commands behind `$ ` and what they print, a block
```screen what the screen shows. `python tests/tutorial.py` brings the outputs of the commands up
to date, for people to read what has changed.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
TUTORIAL: Final = ROOT / "samples" / "patroni" / "TUTORIAL.md"

_BLOCK: Final = re.compile(r"^```(\w+)(?: (\S+)( \+)?)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Run = Callable[[list[str]], tuple[int, str]]
"""Runs `watchkeeper` with some words: its exit code, and all that it printed."""


class Shown(NamedTuple):
    """One command, what the tutorial shows of it, and what it really printed."""

    command: str
    shown: str
    printed: str


def walk(text: str, run: Run) -> Iterator[Shown]:
    """Do in the current folder what the tutorial says, command by command."""
    code = 0
    for kind, name, added, body in _BLOCK.findall(text):
        if kind != "console":
            if name:
                path = Path(name)
                before = path.read_text("utf-8") + "\n" if added else ""
                path.write_text(before + body, "utf-8")
            continue
        for command, shown in _commands(body):
            words = shlex.split(command)
            if words == ["echo", "$?"]:
                printed = f"{code}\n"
            elif words[:2] == ["cp", "-r"]:
                shutil.copytree(words[2], words[3])
                printed = ""
            elif words[0] == "rm":
                for gone in words[1:]:
                    Path(gone).unlink()
                printed = ""
            elif words[0] == "watchkeeper":
                code, printed = run(words[1:])
            else:
                raise ValueError(f"the tutorial has a command that is not walked: {command}")
            yield Shown(command, shown, _settled(printed))


def _commands(body: str) -> Iterator[tuple[str, str]]:
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    if parts[0]:
        raise ValueError(f"a console block begins without a command: {parts[0]!r}")
    for part in parts[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def _settled(printed: str) -> str:
    """How long something took is different each time."""
    printed = re.sub(r"in \d+\.\d s$", "in 0.0 s", printed, flags=re.MULTILINE)
    return "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def _main() -> None:
    """Write the outputs into the tutorial as they are now."""
    sys.path.insert(0, str(ROOT))
    from tui.command_line import main

    def run(words: list[str]) -> tuple[int, str]:
        raw = io.BytesIO()
        said = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(words)
        return code, raw.getvalue().decode()

    text = TUTORIAL.read_text("utf-8")
    os.environ |= {"COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        printed = iter([one.printed for one in walk(text, run)])

    def renewed(block: re.Match[str]) -> str:
        if block[1] != "console":
            return block[0]
        lines = [f"$ {command}\n{next(printed)}" for command, _ in _commands(block[4])]
        return f"```console\n{''.join(lines)}```"

    TUTORIAL.write_text(_BLOCK.sub(renewed, text), "utf-8")


if __name__ == "__main__":
    _main()
