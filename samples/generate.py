"""Make the sample logs anew from their stories: `python samples/generate.py`.

With `--check` nothing is written; the exit code is 1 when a log on disk differs from its story.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from scenario import STORIES, tell

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Write or check every log; with names, those alone."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="write nothing, compare only")
    arguments.add_argument("names", nargs="*", help="logs to make; all, when none is named")
    chosen = arguments.parse_args()
    for module in sorted((HERE / "scenarios").glob("*.py")):
        importlib.import_module(f"scenarios.{module.stem}")
    stale = []
    for name in sorted(STORIES):
        if chosen.names and name not in chosen.names:
            continue
        path, text = HERE / "logs" / f"{name}.jsonl", tell(name).text()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not chosen.check:
            path.write_text(text, "utf-8")
    orphans = {path.stem for path in (HERE / "logs").glob("*.jsonl")} - set(STORIES)
    for name in stale:
        print(f"{name}: {'differs from its story' if chosen.check else 'written'}")
    for name in sorted(orphans):
        print(f"{name}: no story tells it")
    return 1 if chosen.check and (stale or orphans) else 0


if __name__ == "__main__":
    sys.exit(main())
