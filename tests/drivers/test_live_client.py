"""The live client: it can only read, and whatever is answered to it is an answer of some kind."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from drivers.live.answer import Known
from drivers.live.budget import LARGEST_LIST, LONGEST_LIST, Budget
from drivers.live.client import Client
from drivers.live.lists import ListReader, TaskReader
from drivers.live.secret import Secret
from drivers.live.session import choose_version
from drivers.live.transport import (
    ForbiddenRequestError,
    HttpsTransport,
    Method,
    NoAnswer,
    RawAnswer,
)
from drivers.live.trust import Trust, read_fingerprint, say_fingerprint
from drivers.oneview.bodies import Kind
from drivers.simulator.build import PASSWORD, USER, build_site
from drivers.simulator.clock import ManualClock
from drivers.simulator.server import SimulatedAppliances

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Scripted:
    """Answers what it was told to, and remembers what it was asked."""

    def __init__(self, *answers: RawAnswer | NoAnswer) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, Mapping[str, str], bytes | None]] = []

    async def send(
        self, method: Method, path: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> RawAnswer | NoAnswer:
        self.asked.append((method, path, dict(headers), body))
        return self._answers.pop(0)

    async def close(self) -> None:
        """There is nothing to let go of."""


def raw(body: bytes = b"{}", status: int = 200, **headers: str) -> RawAnswer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawAnswer(status, named, body)


def client(*answers: RawAnswer | NoAnswer) -> tuple[Client, Scripted]:
    scripted = Scripted(*answers)
    return Client(scripted, lambda: NOW), scripted


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", ""])
@pytest.mark.parametrize(
    "path",
    [
        "/rest/deployment-servers/1",
        "/rest/login-sessions/",
        "/rest/login-sessions/1",
        "/rest/login-sessions?x=1",
        "/rest/../rest/login-sessions",
        "//elsewhere/rest/login-sessions",
        "https://elsewhere/rest/login-sessions",
    ],
)
async def test_nothing_that_could_change_an_appliance_can_be_sent(method: str, path: str) -> None:
    transport = HttpsTransport("127.0.0.1", 1, Trust())
    with pytest.raises(ForbiddenRequestError):
        await transport.send(method, path, {})  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["rest/alerts", "//elsewhere/rest/alerts", "https://x/", ""])
async def test_reading_goes_to_the_host_that_was_named_alone(path: str) -> None:
    transport = HttpsTransport("127.0.0.1", 1, Trust())
    with pytest.raises(ForbiddenRequestError):
        await transport.send("GET", path, {})


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (raw(b'{"a":1}'), "ok"),
        (raw(b"[]"), "ok"),
        (raw(b""), "ok"),
        (raw(b"\xff\xfe garbage"), "broken"),
        (raw(b'{"members":['), "broken"),
        (raw(b"[" * 100_000), "broken"),
        (raw(status=301, location="https://elsewhere/"), "other"),
        (raw(status=304), "broken"),
        (raw(status=401), "unauthorized"),
        (raw(status=403), "forbidden"),
        (raw(status=404), "not-found"),
        (raw(status=412), "wrong-version"),
        (raw(status=429), "busy"),
        (raw(status=500), "other"),
        (raw(status=503, retry_after="30"), "busy"),
        (NoAnswer("silent", "refused"), "silent"),
        (NoAnswer("untrusted", "another certificate"), "untrusted"),
        (NoAnswer("broken", "half"), "broken"),
    ],
)
async def test_whatever_comes_is_an_answer_of_some_kind(
    answer: RawAnswer | NoAnswer, outcome: str
) -> None:
    asking, _ = client(answer)
    assert (await asking.get("/rest/alerts")).outcome == outcome


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("30", 30.0),
        ("999999999999", 900.0),
        ("Sun, 22 Nov 2026 02:00:45 GMT", 45.0),
        ("Sun, 22 Nov 2026 01:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
async def test_an_appliance_can_ask_to_be_left_alone_for_a_while(
    said: str, seconds: float | None
) -> None:
    asking, _ = client(raw(status=503, retry_after=said))
    assert (await asking.get("/rest/alerts")).retry_after == seconds


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("Sun, 22 Nov 2026 02:05:00 GMT", 300.5),
        ("Sun, 22 Nov 2026 01:59:00 GMT", -59.5),
        ("yesterday", None),
        ("", None),
    ],
)
async def test_the_date_of_an_answer_tells_how_far_clocks_are_apart(
    said: str, seconds: float | None
) -> None:
    asking, _ = client(raw(date=said))
    offset = (await asking.get("/rest/alerts")).clock_offset
    assert (None if offset is None else offset.total_seconds()) == seconds


async def test_an_answer_that_is_the_same_is_not_read_again() -> None:
    asking, scripted = client(
        raw(b'{"a":1}', etag='"tag-1"'), raw(status=304), raw(b'{"a":1}'), raw(b'{"a":2}')
    )
    first = await asking.get("/rest/x")
    assert isinstance(first.known, Known)
    second = await asking.get("/rest/x", first.known)
    assert (second.outcome, second.body) == ("unchanged", {"a": 1})
    assert scripted.asked[1][2]["If-None-Match"] == '"tag-1"'
    third = await asking.get("/rest/x", first.known)
    assert third.outcome == "unchanged"
    fourth = await asking.get("/rest/x", first.known)
    assert (fourth.outcome, fourth.body) == ("ok", {"a": 2})


async def test_password_and_token_show_nowhere_but_where_they_are_sent() -> None:
    asking, scripted = client(raw(b'{"sessionID":"token-1"}'), raw(), raw(status=204))
    answer = await asking.log_in("watch", Secret("hush-hush"), "local")
    assert answer.outcome == "ok"
    assert "token-1" not in repr(answer)
    assert repr(asking.token) == str(asking.token) == "(secret)"
    assert f"{asking.token}" == "(secret)"
    assert "hush-hush" in str(scripted.asked[0][3])
    with pytest.raises(TypeError):
        pickle.dumps(asking.token)
    await asking.get("/rest/alerts")
    assert scripted.asked[1][2]["auth"] == "token-1"
    await asking.log_out()
    assert scripted.asked[2][:2] == ("DELETE", "/rest/login-sessions")
    assert asking.token is None
    await asking.log_out()
    assert len(scripted.asked) == 3


@pytest.mark.parametrize(
    ("minimum", "current", "wanted", "version", "support"),
    [
        (120, 1600, None, 1600, "supported"),
        (300, 8000, None, 4600, "supported"),
        (5000, 8000, None, 5000, "too-old"),
        (120, 200, None, 200, "too-new"),
        (120, 1600, 800, 800, "supported"),
        (120, 1600, 2000, 1600, "too-new"),
        (1200, 1600, 800, 1200, "too-old"),
    ],
)
def test_the_newest_version_that_both_sides_know_is_spoken(
    minimum: int, current: int, wanted: int | None, version: int, support: str
) -> None:
    spoken = choose_version(minimum, current, wanted)
    assert (spoken.version, spoken.support) == (version, support)


async def test_a_list_is_read_to_its_last_page() -> None:
    pages = [
        raw(b'{"members":[{"n":1}],"total":3,"nextPageUri":"/rest/x?start=1"}'),
        raw(b'{"members":[{"n":2}],"total":3,"nextPageUri":"/rest/x?start=2"}'),
        raw(b'{"members":[{"n":3}],"total":3,"nextPageUri":null}'),
    ]
    asking, _ = client(*pages, *pages)
    reader = ListReader("/rest/x", Kind.ENCLOSURE)
    reading = await reader.read(asking, Budget(lambda: NOW))
    assert [body.resource["n"] for body in reading.bodies] == [1, 2, 3]
    assert (reading.whole, reading.changed) == (True, True)
    again = await reader.read(asking, Budget(lambda: NOW))
    assert (again.bodies, again.whole, again.changed) == (reading.bodies, True, False)


@pytest.mark.parametrize(
    "pages",
    [
        [raw(b'{"members":[{"n":1}],"total":2,"nextPageUri":"/rest/x?start=1"}'), raw(status=503)],
        [raw(b'{"members":[{"n":1}],"total":2}')],
        [
            raw(b'{"members":[{"n":1}],"nextPageUri":"/rest/x?start=1"}'),
            raw(b'{"members":[],"nextPageUri":"/rest/x?start=1"}'),
        ],
        *(
            [raw(b'{"members":[{"n":1}],"nextPageUri":' + elsewhere + b"}")]
            for elsewhere in (
                b'"https://127.0.0.1/rest/x?start=1"',
                b'"//elsewhere/rest/x"',
                b'"/x"',
                b"5",
                b'["/rest/x"]',
            )
        ),
        [raw(b'{"members":[],"total":-1}')],
        [raw(b'{"members":[],"total":"many"}')],
        [raw(b"[]")],
        [raw(b"null")],
        [raw(b'{"count":3}')],
        [raw(b'{"members":[1,2]}')],
        [NoAnswer("silent", "")],
    ],
)
async def test_a_list_that_was_not_read_to_its_end_is_not_taken_for_whole(
    pages: list[RawAnswer | NoAnswer],
) -> None:
    asking, _ = client(*pages)
    assert not (await ListReader("/rest/x", Kind.ENCLOSURE).read(asking, Budget(lambda: NOW))).whole


class Endless:
    """Answers each request with one more page, of some bytes and after some time."""

    def __init__(self, size: int, takes: timedelta) -> None:
        self._filling = b"x" * size
        self._takes = takes
        self.now = NOW
        self.asked = 0

    async def send(self, *given: object) -> RawAnswer | NoAnswer:
        self.asked += 1
        self.now += self._takes
        page = b'{"members":[{"uri":"/rest/tasks/%d","n":"%b"}],"nextPageUri":"/rest/x?start=%d"}'
        return raw(page % (self.asked, self._filling, self.asked))

    async def close(self) -> None:
        """There is nothing to let go of."""


@pytest.mark.parametrize("tasks", [False, True])
@pytest.mark.parametrize(
    ("size", "takes", "most"),
    [(1 << 22, timedelta(0), LARGEST_LIST >> 22), (10, timedelta(seconds=19), 7)],
)
async def test_a_list_without_end_ends_before_it_takes_all_memory_or_time(
    size: int, takes: timedelta, most: int, tasks: bool
) -> None:
    endless = Endless(size, takes)
    asking = Client(endless, lambda: endless.now)
    budget = Budget(lambda: endless.now)
    if tasks:
        reading = await TaskReader().read(asking, NOW, budget)
    else:
        reading = await ListReader("/rest/x", Kind.ENCLOSURE).read(asking, budget)
    assert (reading.answer.outcome, reading.bodies, reading.whole) == ("broken", (), False)
    assert endless.asked <= most
    assert endless.now - NOW <= LONGEST_LIST + takes


def task_page(*tasks: tuple[str, str], following: str = "") -> RawAnswer:
    members = ",".join(
        f'{{"uri":"/rest/tasks/{name}","modified":"{at}","taskState":"Running"}}'
        for name, at in tasks
    )
    page = f'"{following}"' if following else "null"
    return raw(f'{{"members":[{members}],"nextPageUri":{page}}}'.encode())


async def test_of_many_tasks_only_those_are_read_that_have_changed() -> None:
    newest = ("a", "2026-11-22T01:50:00Z")
    old = ("b", "2026-11-21T00:00:00Z")
    older = ("c", "2026-11-20T00:00:00Z")
    asking, scripted = client(
        task_page(newest, old, following="/rest/tasks?start=2"),
        task_page(older),
        task_page(newest, old, following="/rest/tasks?start=2"),
        task_page(("c", "2026-11-22T01:55:00Z"), newest, old, following="/rest/tasks?start=3"),
    )
    reader = TaskReader()
    assert len((await reader.read(asking, NOW, Budget(lambda: NOW))).bodies) == 3
    unchanged = await reader.read(asking, NOW, Budget(lambda: NOW))
    assert (unchanged.changed, len(unchanged.bodies)) == (False, 3)
    changed = await reader.read(asking, NOW, Budget(lambda: NOW))
    assert (changed.changed, changed.whole, len(changed.bodies)) == (True, True, 3)
    assert len(scripted.asked) == 4


async def test_tasks_of_a_release_that_cannot_sort_are_read_whole() -> None:
    asking, scripted = client(raw(status=400), task_page(("a", "2026-11-22T01:00:00Z")))
    reading = await TaskReader().read(asking, NOW, Budget(lambda: NOW))
    assert (reading.whole, len(reading.bodies)) == (True, 1)
    assert scripted.asked[1][1] == "/rest/tasks"


@pytest.mark.parametrize("text", ["", "12", "zz" * 32, "ab:" * 20])
def test_a_fingerprint_is_64_digits(text: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        read_fingerprint(text)


async def test_what_a_library_trips_over_ends_nothing_and_shows_nothing_that_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def trip(*given: object) -> RawAnswer:
        raise RuntimeError(f"cannot send {given}")

    monkeypatch.setattr(HttpsTransport, "_send", trip)
    asking = Client(HttpsTransport("127.0.0.1", 1, Trust()), lambda: NOW)
    answer = await asking.log_in("watch", Secret("hush-hush"), "local")
    assert answer.outcome == "broken"
    assert "hush-hush" not in repr(answer)


# Over real HTTPS


async def test_why_there_is_no_answer_is_said_in_words_for_people() -> None:
    transport = HttpsTransport("127.0.0.1", 1, Trust())
    answer = await transport.send("GET", "/rest/version", {})
    await transport.close()
    assert answer == NoAnswer("silent", "no connection to it (Connection refused)")


async def test_a_host_that_speaks_no_tls_is_said_in_words_for_people() -> None:
    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-here\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport = HttpsTransport("127.0.0.1", port, Trust())
        answer = await transport.send("GET", "/rest/version", {})
        await transport.close()
    assert isinstance(answer, NoAnswer)
    assert answer.detail.startswith("no secure connection to it (")
    assert "Error" not in answer.detail


async def test_a_login_that_is_refused_says_why() -> None:
    clock = ManualClock()
    async with SimulatedAppliances(build_site(clock.now()), clock=clock) as served:
        trust = Trust(ca_file=str(served.authority_file))
        asking = Client(HttpsTransport(served.address, served.port, trust), clock.now)
        await asking.versions()
        answer = await asking.log_in(USER, Secret("wrong-hush"), "local")
        await asking.close()
    assert "the name, the password or the domain is not right" in answer.detail
    assert "hush" not in repr(answer)


async def asked_over_https(trust: str, fault: str = "") -> tuple[str, int]:
    """What a client with some trust gets from simulated appliances, and how many requests came
    through to them."""
    clock = ManualClock()
    site = build_site(clock.now())
    if fault:
        setattr(site.network["oneview"], fault, 1.0)
    async with SimulatedAppliances(site, clock=clock) as served:
        kinds = {
            "authority": Trust(ca_file=str(served.authority_file)),
            "system": Trust(),
            "pinned": Trust(fingerprints=("00" * 32, served.fingerprint)),
            "pinned to another": Trust(fingerprints=("00" * 32,)),
            "none": Trust(verifies=False),
        }
        transport = HttpsTransport(served.address, served.port, kinds[trust], patience=5.0)
        asking = Client(transport, clock.now)
        try:
            answer = await asking.versions()
            if answer.is_read:
                await asking.log_in(USER, Secret(PASSWORD), "local")
                answer = await asking.get("/rest/alerts?filter=\"alertState='Active'\"")
                await asking.log_out()
                assert site.sessions.open == 0
        finally:
            await asking.close()
        return answer.outcome, len(served.asked)


@pytest.mark.parametrize(
    ("trust", "outcome", "requests"),
    [
        ("authority", "ok", 4),
        ("pinned", "ok", 4),
        ("none", "ok", 4),
        ("system", "untrusted", 0),
        ("pinned to another", "untrusted", 0),
    ],
)
async def test_nothing_is_sent_to_whoever_cannot_show_the_right_certificate(
    trust: str, outcome: str, requests: int
) -> None:
    assert await asked_over_https(trust) == (outcome, requests)


@pytest.mark.parametrize("trust", ["system", "pinned to another"])
async def test_a_certificate_that_is_refused_is_named_for_a_person_to_compare(trust: str) -> None:
    clock = ManualClock()
    kinds = {"system": Trust(), "pinned to another": Trust(fingerprints=("00" * 32,))}
    async with SimulatedAppliances(build_site(clock.now()), clock=clock) as served:
        transport = HttpsTransport(served.address, served.port, kinds[trust], patience=5.0)
        answer = await transport.send("GET", "/rest/version", {})
        await transport.close()

        assert isinstance(answer, NoAnswer)
        assert say_fingerprint(bytes.fromhex(served.fingerprint)) in answer.detail
        assert "pin" in answer.detail
        assert served.asked == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("reset", "silent"),
        ("unavailable", "busy"),
        ("too_many", "busy"),
        ("garbage", "broken"),
        ("half", "broken"),
    ],
)
async def test_faults_of_the_network_are_answers_of_their_kinds(fault: str, outcome: str) -> None:
    assert (await asked_over_https("authority", fault))[0] == outcome


async def test_a_host_that_hangs_is_silent_once_patience_is_over() -> None:
    clock = ManualClock()
    site = build_site(clock.now())
    site.silence = "hangs"
    async with SimulatedAppliances(site, clock=clock) as served:
        trust = Trust(ca_file=str(served.authority_file))
        transport = HttpsTransport(served.address, served.port, trust, patience=0.05)
        asking = Client(transport, clock.now)
        answers = await asyncio.gather(asking.get("/rest/a"), asking.get("/rest/b"))
        await asking.close()
    assert [answer.outcome for answer in answers] == ["silent", "silent"]


async def test_a_host_is_asked_one_thing_at_a_time() -> None:
    clock = ManualClock()
    site = build_site(clock.now())
    at_once, most = 0, 0
    async with SimulatedAppliances(site, clock=clock) as served:
        trust = Trust(ca_file=str(served.authority_file))

        class Counting(HttpsTransport):
            async def _send(self, *args: object) -> RawAnswer | NoAnswer:
                nonlocal at_once, most
                at_once += 1
                most = max(most, at_once)
                try:
                    return await super()._send(*args)  # type: ignore[arg-type]
                finally:
                    at_once -= 1

        asking = Client(Counting(served.address, served.port, trust), clock.now)
        await asyncio.gather(*(asking.get(f"/rest/{number}") for number in range(5)))
        await asking.close()
    assert most == 1
