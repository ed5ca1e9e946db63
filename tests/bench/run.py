"""Measures the engine beside others, as ratios within one run.

All times are CPU times; contestants take turns, and figures are medians of rounds. Exit code 1
says that findings differ or that a target is missed.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from races import Disagreement
from sections import Bench, Size
from targets import Target, targets_text

FULL = Size(
    events=1_000_000, pairs=100, many_pairs=10_000, rules=(30, 100, 1000), many_rules=10_000,
    rounds=3, documented_events=20_000, growth_million=1_000_000, shares_over=200_000,
    verified_events=5_000, screen_pairs=1_000, screen_events=1_000_000,
)  # fmt: skip
QUICK = Size(
    events=2_000, pairs=20, many_pairs=60, rules=(30, 100), many_rules=300,
    rounds=1, documented_events=400, growth_million=0, shares_over=2_000,
    verified_events=500, screen_pairs=0, screen_events=0,
)  # fmt: skip


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="few events, no targets: do all find the same?"
    )
    parser.add_argument("--events", type=int, help="events of each journal")
    parser.add_argument("--rounds", type=int, help="how often each contestant runs")
    parser.add_argument(
        "--only", nargs="+", metavar="SECTION", choices=Bench.SECTIONS, help="some sections"
    )
    parser.add_argument("--folder", type=Path, help="where journals are made, and kept")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all figures as JSON")
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    changes: dict[str, Any] = {
        name: value
        for name in ("events", "rounds")
        if (value := getattr(arguments, name)) is not None
    }
    size = msgspec.structs.replace(size, **changes)
    print(
        f"Python {platform.python_version()}, msgspec {msgspec.__version__}, {size.rounds} rounds"
    )
    with TemporaryDirectory(prefix="watchkeeper-bench-") as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(
            size, folder, with_clips=find_spec("clips") is not None, quick=arguments.quick
        )
        try:
            targets = bench.run(arguments.only or Bench.SECTIONS)
        except Disagreement as error:
            print(f"\nThe findings differ. {error}")
            return 1
    if arguments.json:
        figures = {"figures": bench.figures, "targets": targets}
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=1))
    if arguments.quick:
        print("\nAll contestants tell the same findings.")
        return 0
    return _judge(targets)


def _judge(targets: list[Target]) -> int:
    print("\nTargets\n" + targets_text(targets))
    return 0 if all(target.met for target in targets) else 1


if __name__ == "__main__":
    sys.exit(main())
