"""What it costs to poll hundreds of simulated pairs over HTTPS, as a share of one core.

The appliances are served by a process of their own; what is measured is the processor time of the
one that reads, records and judges, over some minutes at the default interval.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from drivers.live.client import Client  # noqa: E402
from drivers.live.poller import Poller  # noqa: E402
from drivers.live.secret import Secret  # noqa: E402
from drivers.live.session import Credentials  # noqa: E402
from drivers.live.target import Target  # noqa: E402
from drivers.live.transport import HttpsTransport  # noqa: E402
from drivers.live.trust import Trust  # noqa: E402
from drivers.oneview.observe import Deployment  # noqa: E402
from drivers.recorder.recorder import Recorder  # noqa: E402
from drivers.simulator.build import PASSWORD, USER  # noqa: E402
from rules.loader import load_rule_base  # noqa: E402
from tui.recording.judge import JournalJudge  # noqa: E402

SHARE: Final = 0.30
"""Of one core, at most."""


def main() -> int:
    """Measure, and return 1 where it costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=60.0)
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "tui.command_line", "simulate", "--port", "0"]
    command += ["--pairs", str(arguments.pairs), "--speed", "1"]
    serving = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert serving.stdout is not None
        said: dict[str, str] = {}
        while "Speed" not in said:
            name, _, text = serving.stdout.readline().partition(":")
            said[name] = text.strip()
        port = int(said["HPE OneView"].rpartition(":")[2])
        streamers = int(said["Image Streamer"].rpartition(" ")[2])
        share = asyncio.run(_measure(port, streamers, said["Authority"], arguments.seconds))
    finally:
        serving.terminate()
        serving.wait()
    print(f"{arguments.pairs} pairs: {share:.1%} of one core (at most {SHARE:.0%})")
    return 0 if share < SHARE else 1


async def _measure(port: int, streamers: int, authority: str, seconds: float) -> float:
    def now() -> datetime:
        return datetime.now(UTC)

    async def password() -> Secret:
        return Secret(PASSWORD)

    trust = Trust(ca_file=authority)

    def connect(address: str, at: int, pair: str) -> Client:
        return Client(HttpsTransport(address, at, trust), now)

    deployment = Deployment.of("harbour", "oneview/harbour")
    target = Target(deployment, ("127.0.0.1",), Credentials(USER, password), port, streamers)
    with TemporaryDirectory() as folder:
        journal = Path(folder) / "watch.jsonl"
        base = load_rule_base(ROOT / "rules" / "image_streamer")
        judge = JournalJudge(journal, base)
        recorder = Recorder(journal, judge, host="bench", wall=now, tell=lambda text, failed: None)
        recorder.open(base.hash, base.texts, "")
        poller = Poller(
            target, connect, watch_source="watch/bench", wall=now, chance=random.Random(1)
        )
        begun = _processor_time()
        polled = await poller.poll()
        recorder.record(polled.events, polled.heard)
        print(f"first reading: {_processor_time() - begun:.1f} s, {len(polled.events)} events")
        answering = sum(
            event.data.facts.get("source.cluster_address") == "answers" for event in polled.events
        )
        print(f"{answering} cluster addresses answer")
        # The second reading is the first that can find everything unchanged.
        await asyncio.sleep(polled.wait)
        polled = await poller.poll()
        recorder.record(polled.events, polled.heard)
        begun, started, readings = _processor_time(), time.monotonic(), 0
        while time.monotonic() - started < seconds:
            await asyncio.sleep(polled.wait)
            polled = await poller.poll()
            recorder.record(polled.events, polled.heard)
            readings += 1
        spent, passed = _processor_time() - begun, time.monotonic() - started
        print(f"{readings} readings in {passed:.0f} s: {spent:.1f} s of processor time")
        await poller.close()
        recorder.close("")
    return spent / passed


def _processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
