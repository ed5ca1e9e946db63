"""Makes the README's picture from what the program really prints: `python samples/picture.py`,
with `--check` to see whether it is current."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from tui.command_line import main as watchkeeper

ROOT: Final = Path(__file__).resolve().parent.parent
PICTURE: Final = ROOT / "samples" / "pictures" / "replay.svg"
LOG: Final = "samples/logs/U4-storage-fails.jsonl"
MOMENT: Final = "02:31"
WIDTH: Final = 80


def printed() -> str:
    """The situation of a storage update that has failed, without the evidence."""
    arguments = ["replay", LOG, "--headless", "--at", MOMENT, "--width", str(WIDTH)]
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out):
        watchkeeper(arguments)
    out.seek(0)
    lines = out.read().splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("SITUATION"))
    end = next(at for at, line in enumerate(lines) if line == "EVIDENCE")
    return "\n".join(lines[start:end])


def picture() -> str:
    """The same as a drawing of a terminal."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system=None)
    console.print(Text(printed()))
    title = f"watchkeeper replay {LOG} --at {MOMENT}"
    return console.export_svg(title=title, unique_id="watchkeeper")


def main() -> int:
    """Write the picture, or say whether it is current."""
    drawn = picture()
    if "--check" not in sys.argv[1:]:
        PICTURE.parent.mkdir(exist_ok=True)
        PICTURE.write_text(drawn, encoding="utf-8")
        return 0
    if PICTURE.is_file() and PICTURE.read_text(encoding="utf-8") == drawn:
        return 0
    sys.stderr.write(f"{PICTURE.name} is not current: run python samples/picture.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
