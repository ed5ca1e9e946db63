"""The poller: what it says of its sources, how politely it asks, and what it makes of trouble."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from traceback import TracebackException
from typing import Any

import msgspec
import pytest
from live_watch import DEPLOYMENT, WATCH, InProcess, LiveWatch
from simulated import Simulated

from drivers.live.budget import LONGEST_READING
from drivers.live.client import Client
from drivers.live.cluster_addresses import read_network
from drivers.live.pace import JITTER, Intervals, Pace
from drivers.live.poller import Polled, Poller
from drivers.live.secret import Secret
from drivers.live.session import Credentials, NoPasswordError
from drivers.live.target import Target
from drivers.live.transport import NoAnswer, RawAnswer
from drivers.oneview.memory import MEMORY
from drivers.simulator.build import PASSWORD, USER
from rules.vocabulary import FACTS_SNAPSHOT, Event


def said(events: list[Event], fact: str) -> list[Any]:
    return [event.data.facts[fact] for event in events if fact in event.data.facts]


async def test_the_first_reading_tells_everything_and_the_next_nothing() -> None:
    watch = LiveWatch(Simulated())
    first = await watch.poll()
    assert {event.type for event in first} >= {FACTS_SNAPSHOT}
    assert watch.last.heard == {DEPLOYMENT.oneview, DEPLOYMENT.image_streamer}
    for _ in range(30):
        watch.simulated.wait("15s")
        assert await watch.poll() == []
        assert watch.last.heard == {DEPLOYMENT.oneview, DEPLOYMENT.image_streamer}


async def test_a_change_is_told_alone_and_a_new_connection_tells_everything_again() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    watch.simulated.do("storage_node_down")
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert events
    assert FACTS_SNAPSHOT not in {event.type for event in events}
    watch.simulated.do("expire_sessions")
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert said(events, "watch.oneview_session") == ["expired", "valid"]
    assert FACTS_SNAPSHOT in {event.type for event in events}


async def test_silence_is_a_fact_of_the_watch_and_no_appliances() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    watch.simulated.do("oneview_down")
    events = await watch.poll()
    assert said(events, "watch.oneview_reachable") == [False]
    assert {event.source for event in events} == {WATCH}
    assert watch.last.heard == set()
    assert await watch.poll() == []
    watch.simulated.do("oneview_up")
    events = await watch.poll()
    assert said(events, "watch.oneview_reachable") == [True]
    assert FACTS_SNAPSHOT in {event.type for event in events}


async def test_a_silent_image_streamer_is_a_fact_of_its_pair_and_is_asked_less_often() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    watch.simulated.site.pairs["LE-rack-b"].silence = "refuses"
    events = await watch.poll()
    assert [(event.subject, event.data.facts) for event in events] == [
        ("pair/LE-rack-b", {"source.cluster_address": "silent"})
    ]
    assert DEPLOYMENT.image_streamer in watch.last.heard
    watch.simulated.site.pairs["LE-rack-b"].silence = ""
    watch.simulated.wait("2m")
    assert said(await watch.poll(), "source.cluster_address") == ["answers"]


async def test_a_certificate_that_is_not_trusted_is_told_apart_from_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = LiveWatch(Simulated())
    assert said(await watch.poll(), "watch.certificates") == ["verified"]
    untrusted = {"LE-rack-b"}
    send = InProcess.send

    async def shown_another(transport: InProcess, *given: Any) -> Any:
        if transport._pair in untrusted:
            return NoAnswer("untrusted", "another certificate")
        return await send(transport, *given)

    monkeypatch.setattr(InProcess, "send", shown_another)
    watch.simulated.wait("15s")
    (event,) = await watch.poll()
    assert event.data.facts == {"source.cluster_address": "untrusted"}
    assert "not trusted" in event.data.message
    untrusted.add("")
    watch.simulated.wait("15s")
    (event,) = await watch.poll()
    assert event.data.facts == {"watch.oneview_reachable": None, "watch.certificates": "refused"}
    assert event.source == WATCH
    # From then on nothing answers at all: that says nothing of the certificate.
    untrusted.clear()
    watch.simulated.do("oneview_down")
    (event,) = await watch.poll()
    assert event.data.facts == {"watch.oneview_reachable": False}
    watch.simulated.do("oneview_up")
    assert said(await watch.poll(), "watch.certificates") == ["verified"]


async def test_a_fingerprint_is_told_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = LiveWatch(Simulated())
    fingerprint = ":".join(["a2"] * 32)
    detail = f"self-signed certificate in certificate chain; its SHA-256 is {fingerprint}: pin it"

    async def shown_another(*_: Any) -> Any:
        return NoAnswer("untrusted", detail)

    monkeypatch.setattr(InProcess, "send", shown_another)
    (event,) = await watch.poll()
    assert event.data.message.endswith(detail)
    assert event.data.facts["watch.oneview_reachable"] is None


async def test_a_watch_that_believes_anybody_says_so() -> None:
    watch = LiveWatch(Simulated(), verifies=False)
    assert said(await watch.poll(), "watch.certificates") == ["not-verified"]


async def test_a_traceback_with_all_local_names_shows_neither_password_nor_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    token = watch.poller._oneview.token
    assert token is not None
    for name in ("drivers.live.poller.observe", "drivers.live.lists._members"):
        with monkeypatch.context() as patch:
            patch.setattr(name, lambda *given, **named: 1 // 0)
            watch.poller.say_everything_again()
            for _, reader in watch.poller._oneview._lists:
                reader.forget()
            with pytest.raises(ZeroDivisionError) as caught:
                await watch.poller._read(Polled())
        shown = "".join(
            TracebackException.from_exception(caught.value, capture_locals=True).format()
        )
        assert "Poller object" in shown
        assert token.reveal() not in shown
        assert PASSWORD not in shown


async def test_a_fault_of_the_program_is_told_by_its_kind_and_the_watch_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = LiveWatch(Simulated())
    known = await watch.poll()
    token = watch.poller._oneview.token
    assert token is not None

    def trip(*given: Any, **named: Any) -> Any:
        raise LookupError(f"{token.reveal()} {PASSWORD} {given}")

    watch.simulated.do("storage_node_down")
    with monkeypatch.context() as patch:
        patch.setattr("drivers.live.poller.observe", trip)
        watch.simulated.wait("15s")
        events = await watch.poll()
        (unread,) = said(events, "watch.unread_lists")
        assert unread.startswith("all lists: a fault of the watch itself (LookupError at ")
        assert {event.source for event in events} == {WATCH}
        assert watch.last.heard == set()
        assert watch.last.wait > 0
        for _ in range(3):
            watch.simulated.wait(timedelta(seconds=watch.last.wait))
            await watch.poll()
        assert len(watch.told) == 1
        assert "LookupError" in watch.told[0]
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert said(events, "watch.unread_lists") == [None]
    assert len(watch.told) == 2
    # Whatever the readings that broke off had made of it, everything is told again.
    told = {(e.subject, name) for e in events for name in e.data.facts if e.source != WATCH}
    assert told >= {
        (e.subject, name)
        for e in known
        for name, value in e.data.facts.items()
        if value is not None and name not in MEMORY and e.source != WATCH
    }
    assert "degraded" in said(events, "cluster.storage")
    everything = repr((watch.told, watch.lines))
    assert token.reveal() not in everything
    assert PASSWORD not in everything


async def test_a_fault_at_one_pair_costs_the_others_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    monkeypatch.setattr(
        watch.poller._pairs.readers["LE-rack-b"], "_settle_pace", lambda *given: 1 // 0
    )
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert "ZeroDivisionError" in said(events, "watch.unread_lists")[0]
    assert watch.last.heard == {DEPLOYMENT.oneview, DEPLOYMENT.image_streamer}
    watch.simulated.do("storage_node_down")
    watch.simulated.wait("15s")
    assert "degraded" in said(await watch.poll(), "cluster.storage")


def answering(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[str, Any], Any]
) -> list[tuple[str, str]]:
    """Let a function change what hosts answer to a path; gives the pairs and paths asked."""
    send = InProcess.send
    asked: list[tuple[str, str]] = []

    async def answered(
        transport: InProcess, method: Any, path: str, headers: Any, body: Any = None
    ) -> Any:
        asked.append((transport._pair, path))
        # An answer that says only that nothing has changed could not be another.
        sent = {name: value for name, value in headers.items() if name != "If-None-Match"}
        answer = await send(transport, method, path, sent, body)
        if method != "GET" or path == "/rest/version" or not isinstance(answer, RawAnswer):
            return answer
        if answer.status != 200:
            return answer
        changed = change(path, msgspec.json.decode(answer.body))
        return RawAnswer(200, {}, msgspec.json.encode(changed))

    monkeypatch.setattr(InProcess, "send", answered)
    return asked


async def test_lists_that_are_no_lists_end_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    with monkeypatch.context() as patch:
        answering(patch, lambda path, body: [])
        events = []
        for _ in range(12):
            watch.simulated.wait(timedelta(seconds=watch.last.wait))
            events += await watch.poll()
            assert watch.last.heard == set()
        assert {event.source for event in events} == {WATCH}
        (unread,) = said(events, "watch.unread_lists")
        assert "deployment-servers/image-streamer-appliances" in unread
    await watch.poll()
    assert said(await watch.poll(), "watch.unread_lists") in ([], [None])
    assert said(watch.events, "watch.unread_lists")[-1] is None
    assert watch.told == []


async def test_an_empty_list_of_appliances_is_no_end_of_any_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def emptied(path: str, body: Any) -> Any:
        if path.endswith("/image-streamer-appliances"):
            return body | {"members": [], "count": 0, "total": 0}
        return body

    watch = LiveWatch(Simulated())
    await watch.poll()
    with monkeypatch.context() as patch:
        asked = answering(patch, emptied)
        events = []
        for _ in range(14):
            watch.simulated.wait("15s")
            events += await watch.poll()
            assert watch.last.heard == {DEPLOYMENT.oneview, DEPLOYMENT.image_streamer}
        assert {*said(events, "pair.lost")} == {None}
        assert {*said(events, "cluster.storage")} == {None}
        assert {pair for pair, _ in asked} == {"", "LE-rack-a", "LE-rack-b"}
        (unread,) = said(events, "watch.unread_lists")
        assert unread.count("image-streamer-appliances (without ") == 4
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert said(events, "pair.lost") == ["none", "none"]
    watch.simulated.wait("15s")
    assert said(await watch.poll(), "watch.unread_lists") == [None]


async def test_an_appliance_that_is_left_out_is_looked_for_again_though_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shortened(path: str, body: Any) -> Any:
        if path.endswith("/image-streamer-appliances"):
            left = [one for one in body["members"] if one["leName"] != "LE-rack-b"]
            left += [one for one in body["members"] if one["leName"] == "LE-rack-b"][:1]
            for one in left[-1:]:
                one["peerApplianceUri"] = None
            return body | {"members": left, "count": 3, "total": 3}
        return body

    watch = LiveWatch(Simulated())
    await watch.poll()
    answering(monkeypatch, shortened)
    watch.simulated.wait("15s")
    assert said(await watch.poll(), "pair.lost") == [None]
    watch.simulated.wait("15s")
    (lost,) = said(await watch.poll(), "pair.lost")
    assert lost in ("active", "standby")
    watch.simulated.wait("15s")
    assert await watch.poll() == []


async def test_hosts_that_never_end_cost_a_reading_no_more_than_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    simulated = Simulated()
    endless = {"/rest/deployment-servers", "/rest/enclosures", "/rest/backups"}
    asked: list[str] = []

    def slow(path: str, body: Any) -> Any:
        where, _, start = path.partition("?start=")
        asked.append(where)
        if where in endless:
            simulated.wait("15s")
            return {"members": [], "nextPageUri": f"{where}?start={int(start or 0) + 1}"}
        return body

    watch = LiveWatch(simulated)
    answering(monkeypatch, slow)
    reached = []
    for _ in range(3):
        asked.clear()
        began = simulated.clock.now()
        await watch.poll()
        assert simulated.clock.now() - began <= LONGEST_READING + timedelta(seconds=15)
        reached.append("/rest/ethernet-networks" in asked)
    # What one reading does not come to, the next begins with.
    assert reached[:2] == [False, True]
    assert said(watch.events, "appliance.status")
    assert watch.told == []


WRONG = ["N/A", "a b", "127.0.0.2:443", "http://x", "user:pw@h", "\x00", "%zz", "[::1]", "\u00e9"]
WRONG += [
    "composer.example",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "fe80::1%eth0",
    "192.0.2.9",
]


@pytest.mark.parametrize("address", WRONG)
async def test_only_an_address_of_a_host_that_may_be_one_is_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def moved(path: str, body: Any) -> Any:
        if path.endswith("/image-streamer-appliances"):
            for member in body["members"]:
                if member["leName"] == "LE-rack-b":
                    member["clusterIpv4Address"] = address
        return body

    networks = (read_network("127.0.0.0/8"), read_network("::1"))
    watch = LiveWatch(Simulated(), networks=networks)
    asked = answering(monkeypatch, moved)
    for _ in range(14):
        await watch.poll()
        watch.simulated.wait("15s")
    assert watch.told == []
    assert {pair for pair, _ in asked} == {"", "LE-rack-a"}
    assert said(watch.events, "watch.unread_lists") == ["all lists of LE-rack-b"]
    reasons = [e.data.message for e in watch.events if "is not asked: it is" in e.data.message]
    assert len(reasons) == 1
    assert {*said(watch.events, "pair.lost")} == {"none"}


async def test_a_pair_is_not_left_alone_for_longer_because_this_clock_went_back() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    watch.simulated.site.pairs["LE-rack-b"].silence = "refuses"
    watch.simulated.wait("15s")
    assert said(await watch.poll(), "source.cluster_address") == ["silent"]
    watch.simulated.site.pairs["LE-rack-b"].silence = ""
    reader = watch.poller._pairs.readers["LE-rack-b"]
    wall = reader._wall
    reader._wall = lambda: wall() - timedelta(hours=2)
    watch.simulated.wait("5s")
    assert said(await watch.poll(), "source.cluster_address") == ["answers"]


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_list_that_cannot_be_read_costs_nothing_of_the_others_and_is_named(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    refused = {"/rest/id-pools/ipv4/ranges", "/rest/golden-images"}
    send = InProcess.send
    asked: list[str] = []

    async def answered(transport: InProcess, method: Any, path: str, *given: Any) -> Any:
        asked.append(path)
        if path in refused:
            return RawAnswer(status, {}, b"{}")
        return await send(transport, method, path, *given)

    monkeypatch.setattr(InProcess, "send", answered)
    watch = LiveWatch(Simulated())
    assert said(await watch.poll(), "pair.role")
    assert {*said(watch.events, "source.token")} == {"accepted"}
    asked.clear()
    events = []
    for _ in range(16):
        watch.simulated.wait("15s")
        events += await watch.poll()
    # The snapshot is not told again, and what hardly ever changes is not read each time.
    assert [event.data.facts for event in events] == [
        {"watch.unread_lists": "golden-images of LE-rack-a, id-pools/ipv4/ranges"}
    ]
    assert asked.count("/rest/ethernet-networks") == 0
    assert asked.count("/rest/id-pools/ipv4/ranges") == 16
    refused.clear()
    watch.simulated.wait("15s")
    events = await watch.poll()
    assert said(events, "watch.unread_lists") == [None]
    # What could not be told at first is told now.
    assert FACTS_SNAPSHOT in {event.type for event in events}
    watch.simulated.wait("15s")
    assert await watch.poll() == []


async def test_one_lost_request_is_not_taken_for_silence() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    for network in watch.simulated.site.network.values():
        network.reset = 0.1
    for _ in range(40):
        watch.simulated.wait("15s")
        events = await watch.poll()
        assert False not in said(events, "watch.oneview_reachable")


async def test_the_other_address_is_asked_where_the_first_is_silent() -> None:
    simulated = Simulated()
    asked: list[str] = []
    silent = {"oneview-1"}

    class Addressed(InProcess):
        address = ""

        async def send(self, *given: Any) -> Any:
            asked.append(self.address)
            if self.address in silent:
                return NoAnswer("silent", "refused")
            return await super().send(*given)

    def connect(address: str, port: int, pair: str) -> Client:
        transport = Addressed(simulated, pair)
        transport.address = address
        return Client(transport, simulated.clock.now)

    async def password() -> Secret:
        return Secret(PASSWORD)

    poller = Poller(
        Target(DEPLOYMENT, ("oneview-1", "oneview-2"), Credentials(USER, password)),
        connect,
        watch_source=WATCH,
        wall=simulated.clock.now,
        chance=random.Random(1),
    )
    polled = await poller.poll()
    assert said(polled.events, "watch.oneview_reachable") == [True]
    asked.clear()
    silent = {"oneview-2"}
    simulated.wait("15s")
    polled = await poller.poll()
    assert said(polled.events, "watch.oneview_reachable") == []
    assert "oneview-1" in asked
    assert DEPLOYMENT.oneview in polled.heard
    # The session at the silent one cannot be ended; it expires by itself.
    assert simulated.site.sessions.open == 2
    await poller.close()
    assert simulated.site.sessions.open == 1


async def test_a_refused_login_is_not_tried_so_often_that_the_account_is_locked() -> None:
    watch = LiveWatch(Simulated(), password="wrong")
    waits = []
    for _ in range(8):
        events = await watch.poll()
        waits.append(watch.last.wait)
        watch.simulated.wait(timedelta(seconds=watch.last.wait))
    assert said(watch.events, "watch.oneview_session") == ["refused"]
    assert waits[0] >= 60 * (1 - JITTER)
    assert max(waits) <= 900 * (1 + JITTER)
    assert sum(waits) > 3600
    assert events == []
    posts = [asked for asked in watch.simulated.answers.asked if asked[1] == "POST"]
    assert len(posts) == 8


async def test_without_a_password_nothing_is_asked_and_the_reason_is_told() -> None:
    simulated = Simulated()

    async def none() -> Secret:
        raise NoPasswordError("the file is gone")

    poller = Poller(
        Target(DEPLOYMENT, ("x",), Credentials(USER, none)),
        lambda address, port, pair: Client(InProcess(simulated, pair), simulated.clock.now),
        watch_source=WATCH,
        wall=simulated.clock.now,
        chance=random.Random(1),
    )
    polled = await poller.poll()
    assert said(polled.events, "watch.oneview_session") == ["refused"]
    messages = [event.data.message for event in polled.events]
    assert "The watch has no password to log in with: the file is gone" in messages


async def test_an_appliance_that_asks_to_be_left_alone_is() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    network = watch.simulated.site.network["oneview"]
    network.unavailable, network.retry_after = 1.0, 77
    await watch.poll()
    assert watch.last.wait >= 77


async def test_while_an_update_runs_readings_are_closer_together() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    calm = watch.last.wait
    watch.simulated.do("start_update")
    await watch.poll()
    assert watch.last.wait < calm / 2
    await watch.run("90m")
    assert watch.last.wait > calm / 2


def test_the_pause_grows_to_its_ceiling_and_jitters() -> None:
    pace = Pace(Intervals(usual=10, longest=100), random.Random(1))
    pauses = []
    for _ in range(12):
        pace.failed()
        pauses.append(pace.next())
    assert pauses[0] < pauses[2] < pauses[3]
    assert 90 <= pauses[-1] <= 110
    assert len(set(pauses)) == 12
    pace.succeeded()
    assert 9 <= pace.next() <= 11
    assert pace.next(asked_for=50) == 50


async def test_a_pair_whose_cluster_has_moved_is_asked_at_its_new_address() -> None:
    simulated = Simulated()
    watch = LiveWatch(simulated)
    await watch.poll()
    simulated.site.pairs["LE-rack-b"].address = "127.0.0.99"
    simulated.wait("15s")
    events = await watch.poll()
    assert said(events, "pair.cluster_address") == ["127.0.0.99"]
    readers = watch.poller._pairs.readers
    assert {name: reader.address for name, reader in readers.items()} == {
        "LE-rack-a": "127.0.0.2",
        "LE-rack-b": "127.0.0.99",
    }


async def test_clocks_that_differ_a_little_are_no_news() -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    assert said(watch.events, "watch.clock_offset") == [0.0]
    watch.simulated.do("set_clocks", oneview="3s")
    assert await watch.poll() == []
    watch.simulated.do("set_clocks", oneview="90s")
    assert said(await watch.poll(), "watch.clock_offset") == [90.0]
    watch.simulated.do("set_clocks", oneview="92s", image_streamer="40s")
    assert said(await watch.poll(), "watch.appliances_clock_offset") == [40.0]


@pytest.mark.parametrize("page_size", [1, 3])
async def test_lists_in_many_pages_come_to_the_same(page_size: int) -> None:
    whole, paged = LiveWatch(Simulated()), LiveWatch(Simulated(page_size=page_size))
    await whole.poll()
    await paged.poll()
    assert paged.facts() == whole.facts()


async def test_logging_out_does_not_wait_for_a_host_that_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watch = LiveWatch(Simulated())
    await watch.poll()
    monkeypatch.setattr("drivers.live.poller.FAREWELL", 0.01)

    async def hang(*given: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(InProcess, "send", hang)
    await watch.poller.close()


async def test_what_was_said_before_a_long_silence_is_said_again() -> None:
    watch = LiveWatch(Simulated())
    told = await watch.poll()
    # A machine that slept, say: the session is still valid, nothing has changed, but to the rules
    # both sources have been lost meanwhile.
    watch.simulated.wait("10m")
    again = await watch.poll()
    lasting = {
        (event.source, event.subject, name)
        for event in told
        for name, value in event.data.facts.items()
        if value is not None and name not in MEMORY and event.source != WATCH
    }
    assert lasting == {
        (event.source, event.subject, name)
        for event in again
        for name in event.data.facts
        if event.source != WATCH
    }
    watch.simulated.wait("15s")
    assert await watch.poll() == []


@pytest.mark.law(18)
@pytest.mark.parametrize(("fail_at", "ended_before"), [("", "20m"), ("standby", "26h")])
async def test_a_watch_that_begins_after_an_update_s_end_learns_what_it_left(
    fail_at: str, ended_before: str
) -> None:
    simulated = Simulated()
    simulated.do("start_update", fail_at=fail_at)
    simulated.wait("47m")
    simulated.wait(ended_before)
    watch = LiveWatch(simulated)
    await watch.run("3m")
    facts = watch.facts()["pair/LE-rack-a"]
    assert facts["update.result"] == ("error" if fail_at else "completed")
    assert facts["update.after_id"] == facts["update.id"]
    assert (facts["update.second.after"] == facts["update.first.after"]) is not bool(fail_at)
    assert "update.first.before" not in facts
