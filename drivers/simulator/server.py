"""Serves a simulated site over HTTPS on loopback: HPE OneView at one address, each pair's cluster
at one of its own, all with one certificate that is made at the start."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from aiohttp import web

from drivers.simulator.answers import Answer, Answers, Request, not_found, too_many, unavailable
from drivers.simulator.certificate import Certificate, make_certificate
from drivers.simulator.clock import Clock, WallClock
from drivers.simulator.commands import CommandError, carry_out, check
from drivers.simulator.model import Pair
from drivers.simulator.network import Fault
from drivers.simulator.site import ONEVIEW, Site
from drivers.simulator.truth import Truth, tell_truth

_CONTROL: Final = "/simulator/"
_TRIES: Final = 20
_LARGEST_BODY: Final = 1_048_576


class AddressError(OSError):
    """An address that the appliances would have cannot be served here."""


class SimulatedAppliances:
    """A site that can be asked over HTTPS, from `start` to `stop` or within `async with`."""

    def __init__(
        self,
        site: Site,
        *,
        clock: Clock | None = None,
        port: int = 0,
        image_streamer_port: int = 0,
        delay: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Make the appliances of a site ready; a port of 0 takes one that is free. `delay` passes
        the seconds by which an answer is late."""
        self.site = site
        self.answers = Answers(site)
        self.port = port
        self.image_streamer_port = image_streamer_port
        self._clock = clock or WallClock()
        self._delay = delay
        self._certificate: Certificate | None = None
        self._shown = -1
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._runner: web.ServerRunner | None = None

    # --- for those who ask ---

    @property
    def address(self) -> str:
        """HPE OneView's address."""
        return self.site.address

    @property
    def authority_file(self) -> Path:
        """The authority that signed the certificate which is shown now, as PEM."""
        assert self._folder is not None, "the appliances have not been started"
        return Path(self._folder.name) / f"authority-{self._shown}.pem"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate which is shown now, in lower-case hexadecimal digits."""
        assert self._certificate is not None, "the appliances have not been started"
        return self._certificate.fingerprint

    @property
    def asked(self) -> list[tuple[str, str, str]]:
        """Every request so far: who was asked (`oneview` or a pair's name), method, path."""
        return list(self.answers.asked)

    def let_time_pass(self) -> datetime:
        """Let everything happen that is due by now, and return that instant."""
        self.site.schedule.run_until(self._clock.now())
        return self.site.now

    def do(self, command: str, **arguments: Any) -> None:
        """Do a command to the site now.

        Raises:
            CommandError: it is not known, or cannot be done as it was given.
        """
        self.let_time_pass()
        carry_out(self.site, command, arguments)

    def truth(self) -> Truth:
        """What is true now, as facts by subject."""
        self.let_time_pass()
        return tell_truth(self.site)

    # --- serving ---

    async def start(self) -> None:
        """Begin to serve.

        Raises:
            AddressError: an address or port cannot be had.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="watchkeeper-simulated-")
        self._show_certificate()
        self._runner = web.ServerRunner(web.Server(self._handle, handler_cancellation=True))
        await self._runner.setup()
        try:
            self.port = await self._serve(self._runner, [self.address], self.port)
            pairs = [pair.address for pair in self.site.pairs.values()]
            port = await self._serve(self._runner, pairs, self.image_streamer_port)
            self.image_streamer_port = port
        except AddressError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Serve no more."""
        self._drop_connections()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._folder is not None:
            self._folder.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _serve(self, runner: web.ServerRunner, addresses: list[str], port: int) -> int:
        sockets = _listen(addresses, port)
        for listening in sockets:
            await web.SockSite(runner, listening, ssl_context=self._context).start()
        taken: int = sockets[0].getsockname()[1]
        return taken

    def _show_certificate(self) -> None:
        """Show the certificate that is to be shown; connections with another one are dropped."""
        if self._shown == self.site.certificates:
            return
        addresses = [self.address, *(pair.address for pair in self.site.pairs.values())]
        self._certificate = make_certificate(addresses, self.site.certificates)
        self._shown = self.site.certificates
        folder = self.authority_file.parent
        self.authority_file.write_bytes(self._certificate.authority)
        chain, key = folder / "chain.pem", folder / "key.pem"
        chain.write_bytes(self._certificate.chain)
        key.touch(mode=0o600)
        key.write_bytes(self._certificate.key)
        self._context.load_cert_chain(chain, key)
        self._drop_connections()

    def _drop_connections(self) -> None:
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else []:
            if connection.transport is not None:
                connection.transport.abort()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        now = self.let_time_pass()
        self._show_certificate()
        local = request.get_extra_info("sockname")
        address = str(local[0]) if local else ""
        if address == self.address and request.path.startswith(_CONTROL):
            return await self._control(request)
        pair = None if address == self.address else self.site.pair_at(address)
        if pair is None and address != self.address:
            return _respond(not_found(request.path), now)
        silence = pair.silence if pair is not None else self.site.silence
        if silence:
            return await _stay_silent(request, hangs=silence == "hangs")
        network = self.site.network["image-streamer" if pair is not None else ONEVIEW]
        host = pair.name if pair is not None else ""
        delay = network.delay(host)
        if delay:
            await self._delay(delay)
        fault = network.draw(host) if network.faulty else "none"
        return await self._answer(request, pair, fault)

    async def _answer(
        self, request: web.BaseRequest, pair: Pair | None, fault: Fault
    ) -> web.StreamResponse:
        network = self.site.network["image-streamer" if pair is not None else ONEVIEW]
        time = self.site.now + self.site.oneview_clock
        if pair is not None:
            time += self.site.streamer_clock
        if fault == "reset":
            return await _stay_silent(request, hangs=False)
        if fault == "unavailable":
            return _respond(unavailable(network.retry_after), time)
        if fault == "too-many":
            return _respond(too_many(network.retry_after), time)
        if fault == "garbage":
            nonsense = network.nonsense(pair.name if pair is not None else "")
            return web.Response(
                body=nonsense, content_type="application/json", headers=_dated(time)
            )
        asked = Request(
            method=request.method,
            path=request.path,
            query=request.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read() if request.can_read_body else b"",
        )
        answers = self.answers
        answer = answers.of_oneview(asked) if pair is None else answers.of_pair(pair, asked)
        if fault == "half":
            return await _break_off(request, answer, time)
        return _respond(answer, time)

    async def _control(self, request: web.BaseRequest) -> web.Response:
        """The address at which people and scripts do commands and read the truth."""
        what = request.path.removeprefix(_CONTROL)
        if what == "truth" and request.method == "GET":
            return _respond(Answer(200, self.truth()), self.site.now)
        if what != "do" or request.method != "POST" or request.content_type != "application/json":
            return _respond(not_found(request.path), self.site.now)
        body = await request.content.read(_LARGEST_BODY)
        try:
            given = msgspec.json.decode(body, type=dict[str, Any])
            name = str(given.pop("command", ""))
            check(name, given)
            self.do(name, **given)
        except (msgspec.MsgspecError, CommandError) as error:
            return _respond(Answer(400, {"message": str(error)}), self.site.now)
        return _respond(Answer(200, {"message": f"{name}: done"}), self.site.now)


def _listen(addresses: list[str], port: int) -> list[socket.socket]:
    """Sockets at all addresses with one port; any that is free at all of them, where it is 0."""
    for _ in range(_TRIES if port == 0 else 1):
        opened: list[socket.socket] = []
        wanted = port
        try:
            for address in addresses:
                opened.append(_bind(address, wanted))
                wanted = opened[0].getsockname()[1]
        except OSError as error:
            for listening in opened:
                listening.close()
            failed, place = error, f"{addresses[len(opened)]}:{wanted}"
            if error.errno != errno.EADDRINUSE:
                break
            continue
        return opened
    if failed.errno == errno.EADDRNOTAVAIL:
        raise AddressError(
            f"{place} is no address of this machine; where loopback has one address alone, "
            f"add it first (such as: ifconfig lo0 alias {place.partition(':')[0]})"
        )
    raise AddressError(f"{place} cannot be served: {failed.strerror}")


def _bind(address: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
    except OSError:
        listening.close()
        raise
    return listening


async def _stay_silent(request: web.BaseRequest, *, hangs: bool) -> web.Response:
    """Give no answer: for as long as the client waits, or by closing the connection."""
    if hangs:
        await asyncio.Event().wait()
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)


async def _break_off(
    request: web.BaseRequest, answer: Answer, time: datetime
) -> web.StreamResponse:
    """Send the first half of an answer and close the connection."""
    body = answer.encoded()
    response = web.StreamResponse(
        status=answer.status,
        headers={
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **_dated(time),
        },
    )
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _respond(answer: Answer, time: datetime) -> web.Response:
    headers = {**answer.headers, **_dated(time), "Cache-Control": "no-cache"}
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    return web.Response(
        status=answer.status,
        body=answer.encoded(),
        content_type="application/json",
        headers=headers,
    )


def _dated(time: datetime) -> dict[str, str]:
    return {"Date": format_datetime(time, usegmt=True)}
