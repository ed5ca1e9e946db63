"""The simulated appliances over HTTPS: their certificate, their silence, a network that fails."""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from simulated import LOGIN

from drivers.simulator import scenario
from drivers.simulator.background import in_background
from drivers.simulator.build import build_site
from drivers.simulator.clock import ManualClock
from drivers.simulator.server import AddressError, SimulatedAppliances

ALERTS = "/rest/alerts"


class Client:
    """Asks the appliances as anybody could, with their certificate verified."""

    def __init__(self, appliances: SimulatedAppliances, http: aiohttp.ClientSession) -> None:
        self.appliances, self.http, self.token = appliances, http, ""

    async def send(self, method: str, path: str, *, pair: str = "", **more: Any) -> Any:
        appliances = self.appliances
        place = (appliances.address, appliances.port)
        if pair:
            place = (appliances.site.pairs[pair].address, appliances.image_streamer_port)
        context = ssl.create_default_context(cafile=str(appliances.authority_file))
        headers = {"auth": self.token, "X-API-Version": "1600", **more.pop("headers", {})}
        url = f"https://{place[0]}:{place[1]}{path}"
        async with self.http.request(method, url, headers=headers, ssl=context, **more) as answer:
            return answer.status, dict(answer.headers), await answer.read()

    async def log_in(self) -> None:
        status, _, body = await self.send("POST", "/rest/login-sessions", json=LOGIN)
        assert status == 200
        self.token = json.loads(body)["sessionID"]


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[tuple[SimulatedAppliances, Client, ManualClock]]:
    clock = ManualClock()
    site = build_site(clock.now(), **options)
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        SimulatedAppliances(site, clock=clock) as appliances,
        aiohttp.ClientSession(connector=connector) as http,
    ):
        client = Client(appliances, http)
        await client.log_in()
        yield appliances, client, clock


async def test_oneview_and_each_pair_answer_at_addresses_of_their_own() -> None:
    async with served() as (appliances, client, _):
        assert (await client.send("GET", ALERTS))[0] == 200
        assert (await client.send("GET", "/rest/golden-images"))[0] == 404
        for pair in appliances.site.pairs:
            assert (await client.send("GET", "/rest/golden-images", pair=pair))[0] == 200
            assert (await client.send("GET", "/rest/enclosures", pair=pair))[0] == 404
        asked = Counter(who for who, _, _ in appliances.asked)
        assert asked == {"oneview": 3, "LE-rack-a": 2, "LE-rack-b": 2}


async def test_the_certificate_can_be_verified_and_pinned_and_is_changed_on_command() -> None:
    async with served() as (appliances, client, _):
        first = appliances.authority_file
        before = appliances.fingerprint
        assert await shown(appliances) == before
        appliances.do("change_certificate")
        with pytest.raises(aiohttp.ClientError):
            # The connection on which the change is noticed is dropped with all others.
            await client.send("GET", ALERTS)
        assert await shown(appliances) == appliances.fingerprint != before
        assert (await client.send("GET", ALERTS))[0] == 200
        distrusting = ssl.create_default_context(cafile=str(first))
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await client.http.get(
                f"https://{appliances.address}:{appliances.port}{ALERTS}", ssl=distrusting
            )


async def shown(appliances: SimulatedAppliances) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection(appliances.address, appliances.port, ssl=context)
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.transport.abort()
    return hashlib.sha256(certificate).hexdigest()


async def test_an_address_that_is_silent_closes_connections_or_lets_clients_wait() -> None:
    async with served() as (appliances, client, clock):
        appliances.do("silence_cluster", pair="LE-rack-b", lasts="2m")
        with pytest.raises(aiohttp.ClientError):
            await client.send("GET", "/rest/tasks", pair="LE-rack-b")
        assert (await client.send("GET", "/rest/tasks", pair="LE-rack-a"))[0] == 200
        clock.advance("2m")
        assert (await client.send("GET", "/rest/tasks", pair="LE-rack-b"))[0] == 200
        appliances.do("oneview_down", how="hangs", lasts="5m")
        waiting = asyncio.create_task(client.send("GET", ALERTS))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        waiting.cancel()
        clock.advance("5m")
        assert (await client.send("GET", ALERTS))[0] == 401


async def test_time_passes_at_the_appliances_as_the_clock_says() -> None:
    async with served() as (appliances, client, clock):
        appliances.do("set_clocks", image_streamer="7m")
        _, headers, _ = await client.send("GET", ALERTS)
        assert headers["Date"] == "Sun, 22 Nov 2026 01:50:00 GMT"
        clock.advance("90s")
        _, headers, _ = await client.send("GET", "/rest/tasks", pair="LE-rack-a")
        assert headers["Date"] == "Sun, 22 Nov 2026 01:58:30 GMT"


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ({"reset": 1.0}, "ClientError"),
        ({"half": 1.0}, "ClientError"),
        ({"unavailable": 1.0}, "503"),
        ({"too_many": 1.0}, "429"),
        ({"garbage": 1.0}, "no JSON"),
    ],
)
async def test_each_fault_of_the_network_is_what_a_client_sees(
    fault: dict[str, float], seen: str
) -> None:
    async with served() as (appliances, client, _):
        appliances.do("network", to="oneview", retry_after=9, **fault)
        assert await befalls(client) == seen
        assert (await client.send("GET", "/rest/tasks", pair="LE-rack-a"))[0] == 200
        appliances.do("network")
        assert await befalls(client) == "200"


async def befalls(client: Client) -> str:
    try:
        status, headers, body = await client.send("GET", "/rest/enclosures")
    except aiohttp.ClientError:
        return "ClientError"
    if status != 200:
        assert headers["Retry-After"] == "9"
        return str(status)
    return "200" if body.startswith(b'{"type"') else "no JSON"


async def test_faults_come_at_random_and_with_a_seed_the_same_each_time() -> None:
    runs = []
    for _ in range(2):
        async with served() as (appliances, client, _):
            appliances.do("network", reset=0.2, unavailable=0.2, half=0.2, retry_after=9, seed=3)
            runs.append([await befalls(client) for _ in range(20)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3


async def test_commands_and_truth_can_be_had_at_an_address_of_their_own() -> None:
    async with served() as (appliances, client, _):
        done = await client.send("POST", "/simulator/do", json={"command": "lose_trust"})
        assert done[0] == 200
        assert not appliances.site.trusted
        wrongs: list[object] = [{"command": "explode"}, {"command": "lose_trust", "x": 1}, []]
        for wrong in wrongs:
            assert (await client.send("POST", "/simulator/do", json=wrong))[0] == 400
        told = await client.send("GET", "/simulator/truth")
        assert b'"alert.trust_failed":true' in told[2]
        assert (await client.send("POST", "/simulator/do", data="x"))[0] == 404
        assert all(not path.startswith("/simulator") for _, _, path in appliances.asked)


async def test_a_port_that_is_taken_is_named() -> None:
    async with served() as (appliances, _, clock):
        second = SimulatedAppliances(build_site(clock.now()), clock=clock, port=appliances.port)
        with pytest.raises(AddressError, match=f"127.0.0.1:{appliances.port} cannot be served"):
            await second.start()


async def test_many_pairs_are_served_at_as_many_addresses() -> None:
    async with served(pairs=40) as (appliances, client, _):
        last = list(appliances.site.pairs)[-1]
        assert (await client.send("GET", "/rest/os-volumes", pair=last))[0] == 200


def test_appliances_can_be_served_beside_something_else() -> None:
    chosen = scenario.load("W6-no-deployment-server")
    site = build_site(ManualClock().now(), speed=1e6)
    appliances = SimulatedAppliances(site, clock=ManualClock())
    with in_background(appliances, chosen):
        context = ssl.create_default_context(cafile=str(appliances.authority_file))
        url = f"https://{appliances.address}:{appliances.port}/rest/version"
        with urllib.request.urlopen(url, context=context) as answer:
            assert answer.status == 200
        second = SimulatedAppliances(
            build_site(ManualClock().now()), clock=ManualClock(), port=appliances.port
        )
        with pytest.raises(AddressError), in_background(second):
            pass
    assert not appliances.authority_file.exists()
