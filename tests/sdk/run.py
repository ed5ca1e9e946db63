"""A client that was written by others must be content with the simulated appliances: the vendor's
SDK in its newest release, and in the last that knows Image Streamer.

    python tests/sdk/run.py [VERSION...]

Each is installed from the package index into a folder that is gone afterwards, since it wants
libraries older than ours. What it reads is held against the site's truth.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from drivers.simulator.build import PASSWORD, USER, build_site
from drivers.simulator.clock import ManualClock
from drivers.simulator.server import SimulatedAppliances

LAST_WITH_IMAGE_STREAMER = "6.6.0"
NEWEST = "newest"
CLIENT = Path(__file__).with_name("client.py")
PATIENCE = 120
"""Seconds; the SDK asks for ever when a connection is closed without an answer."""


async def main(versions: list[str]) -> int:
    """Try all versions at once; 0 if each of them reads the truth."""
    wanted = versions or [NEWEST, LAST_WITH_IMAGE_STREAMER]
    return int(not all(await asyncio.gather(*map(is_content, wanted))))


async def is_content(version: str) -> bool:
    """Try one version, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="watchkeeper-sdk-") as folder:
        installed = await asyncio.to_thread(install, version, folder)
        if installed is None:
            return False
        faults = await try_out(folder, version == LAST_WITH_IMAGE_STREAMER)
    for fault in faults:
        print(f"hpeOneView {installed}: {fault}")
    print(f"hpeOneView {installed}: {'not content' if faults else 'content'}")
    return not faults


def install(version: str, folder: str) -> str | None:
    """Put a version of the SDK into a folder, and return its number."""
    wanted = "hpeOneView" if version == NEWEST else f"hpeOneView=={version}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--target", folder, wanted]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        print(f"{wanted} could not be installed: pip says why above")
        return None
    (found,) = Path(folder).glob("[hH][pP][eE][oO]ne[vV]iew-*.dist-info")
    return found.name.removesuffix(".dist-info").partition("-")[2]


async def try_out(folder: str, knows_image_streamer: bool) -> list[str]:
    """Let the SDK read a site with pages so small that every list has several."""
    clock = ManualClock()
    site = build_site(clock.now(), pairs=3, page_size=4)
    async with SimulatedAppliances(site, clock=clock) as appliances:
        appliances.do("start_update", fail_at="standby")
        clock.advance("1h")
        appliances.do("change_primary", to="LE-rack-b")
        clock.advance("1h")
        appliances.let_time_pass()
        read = await read_with(folder, appliances)
    if isinstance(read, str):
        return [read]
    wanted = expected(appliances, knows_image_streamer)
    return [
        f"{key}: read {read.get(key)!r}, and true is {value!r}"
        for key, value in wanted.items()
        if read.get(key) != value
    ]


async def read_with(folder: str, appliances: SimulatedAppliances) -> dict[str, Any] | str:
    """What the SDK in a folder reads; a text says why it could not."""
    pair = appliances.site.pairs[appliances.site.primary]
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", str(CLIENT)),
        f"{appliances.address}:{appliances.port}",
        f"{pair.address}:{appliances.image_streamer_port}",
        *(str(appliances.authority_file), USER, PASSWORD),
        env={**os.environ, "PYTHONPATH": folder},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, errors = await asyncio.wait_for(running.communicate(), PATIENCE)
    except TimeoutError:
        running.kill()
        await running.wait()
        return f"it did not come to an end within {PATIENCE} seconds"
    if running.returncode:
        return errors.decode(errors="replace").strip()
    read: dict[str, Any] = json.loads(said)
    return read


def expected(appliances: SimulatedAppliances, knows_image_streamer: bool) -> dict[str, Any]:
    """What is to be read."""
    site = appliances.site
    primary = site.pairs[site.primary]
    wanted: dict[str, Any] = {
        "refused": 3,
        "alerts": sorted(alert.description for alert in site.alerts if alert.open),
        "tasks": [
            ["Update", "Completed", 100],
            ["Update Image Streamer", "Error", 100],
        ],
        "frames": list(site.frames),
        "bays": ["Synergy Composer", "Synergy Image Streamer"],
        "pairs": list(site.pairs),
        "nodes": {node.name: "Active" if node.active else "Standby" for node in site.composers},
        "backups": ["SUCCEEDED"],
        "version": site.oneview_version,
        "api": {"currentVersion": site.api_current, "minimumVersion": site.api_minimum},
    }
    if knows_image_streamer:
        wanted["image_streamer"] = {
            "server": "Connected",
            "appliances": {item.serial: item.status for item in site.appliances.values()},
            "by_filter": "Frame1, appliance 2",
            "by_address": "Frame1, appliance 2",
            "networks": 2,
            "plans_seen": 4,
            "golden_image": "RHEL-8.6",
            "artifacts": len(primary.artifacts),
            "bundles": sum(not bundle.backup for bundle in primary.bundles),
            "backups": [bundle.name for bundle in primary.bundles if bundle.backup],
            "volumes": primary.volumes,
            "groups": [site.name],
        }
    return wanted


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
