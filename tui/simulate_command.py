"""`watchkeeper simulate`: appliances that do not exist, over HTTPS on loopback, with a scenario."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from drivers.simulator.naming import HARBOUR, WELL_FORMED
from tui.exit_codes import FINE, FOUND, UNUSABLE
from tui.safe_text import harmless

if TYPE_CHECKING:
    from drivers.simulator.scenario import Scenario
    from drivers.simulator.server import SimulatedAppliances

_LOOKS_PER_SECOND: Final = 4
_MOST_PAIRS: Final = 1000
_FASTEST: Final = 100_000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What happens at the appliances, how fast, and where they are served."""
    parser.add_argument(
        "--scenario", metavar="NAME", default="", help="shipped scenario or TOML file; list: all"
    )
    parser.add_argument(
        "--speed", type=speed, default=60.0, help="how many times faster than real (%(default)g)"
    )
    parser.add_argument(
        "--bind", type=_loopback, default="127.0.0.1", help="address of OneView (%(default)s)"
    )
    parser.add_argument("--port", type=_port, default=8443, help="port of OneView (%(default)s)")
    parser.add_argument(
        "--image-streamer-port", type=_port, help="port of the Image Streamers (OneView's)"
    )
    parser.add_argument("--pairs", type=_pairs, help="pairs of appliances (the scenario's, or 2)")
    parser.add_argument(
        "--site",
        type=_site,
        default=HARBOUR,
        metavar="NAME",
        help="another site has other names for all that it has (%(default)s)",
    )


def speed(text: str) -> float:
    """How many times faster than real appliances, as an argument."""
    try:
        times = float(text)
    except ValueError:
        times = 0.0
    if not 0 < times <= _FASTEST:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number up to {_FASTEST:g}")
    return times


def _loopback(text: str) -> str:
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        address = ipaddress.IPv4Address("0.0.0.0")  # noqa: S104  # refused in the next line
    if not address.is_loopback:
        raise argparse.ArgumentTypeError(f"{text!r} must be a loopback address such as 127.0.0.1")
    return str(address)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 <= int(text[:6]) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port, or 0 for a free one")
    return int(text)


def _pairs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= _MOST_PAIRS:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number from 1 to {_MOST_PAIRS}")
    return int(text)


def _site(text: str) -> str:
    if not WELL_FORMED.fullmatch(text):
        message = f"{text!r} must be a letter and up to 15 more letters or digits"
        raise argparse.ArgumentTypeError(message)
    return text


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped, or list the scenarios."""
    from drivers.simulator import scenario

    if arguments.scenario == "list":
        return list_scenarios()
    try:
        chosen = scenario.load(arguments.scenario) if arguments.scenario else None
    except scenario.ScenarioError as error:
        return _complain(str(error), UNUSABLE)
    from drivers.simulator.server import AddressError

    try:
        return asyncio.run(_serve(arguments, chosen))
    except AddressError as error:
        return _complain(str(error), FOUND)


def list_scenarios() -> int:
    """Print the scenarios that there are."""
    from drivers.simulator import scenario

    for name in scenario.names():
        sys.stdout.write(f"{name:32} {scenario.load(name).title}\n")
    return FINE


async def _serve(arguments: argparse.Namespace, chosen: Scenario | None) -> int:
    from drivers.simulator.build import build_site
    from drivers.simulator.clock import WallClock
    from drivers.simulator.server import SimulatedAppliances

    clock = WallClock()
    site = build_site(
        clock.now(),
        pairs=arguments.pairs or (chosen.pairs if chosen else 2),
        lone=chosen.lone if chosen else False,
        page_size=chosen.page_size if chosen else 256,
        speed=arguments.speed,
        name=arguments.site,
        address=arguments.bind,
    )
    port = arguments.image_streamer_port
    simulated = SimulatedAppliances(
        site,
        clock=clock,
        port=arguments.port,
        image_streamer_port=arguments.port if port is None else port,
    )
    stopped = asyncio.Event()
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with simulated:
        _introduce(simulated, chosen, arguments.speed)
        if chosen is not None:
            chosen.plan(site)
        await _follow(simulated, stopped)
    return FINE


def _introduce(simulated: SimulatedAppliances, chosen: Scenario | None, speed: float) -> None:
    from drivers.simulator.build import PASSWORD, USER

    clusters = [pair.address for pair in simulated.site.pairs.values()]
    span = clusters[0] if len(clusters) == 1 else f"{clusters[0]} to {clusters[-1]}"
    title = f"{chosen.name}: {chosen.title}" if chosen else "none: everything stays well"
    for name, said in (
        ("HPE OneView", f"https://{simulated.address}:{simulated.port}"),
        ("Image Streamer", f"{span}, port {simulated.image_streamer_port}"),
        ("User", f"{USER}, password {PASSWORD}"),
        ("Authority", str(simulated.authority_file)),
        ("Fingerprint", simulated.fingerprint),
        ("Site", simulated.site.name),
        ("Scenario", harmless(title)),
        ("Speed", f"{speed:g} times as fast as real appliances"),
    ):
        sys.stdout.write(f"{name + ':':16}{said}\n")
    sys.stdout.write("These appliances do not exist. Ctrl-C ends them.\n")
    sys.stdout.flush()


async def _follow(simulated: SimulatedAppliances, stopped: asyncio.Event) -> None:
    from drivers.simulator.news import News

    news = News(simulated.site)
    while not stopped.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 1 / _LOOKS_PER_SECOND)
        simulated.let_time_pass()
        for line in news.lines():
            sys.stdout.write(f"{harmless(line)}\n")
        sys.stdout.flush()


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"watchkeeper simulate: {harmless(message)}\n")
    return code
