"""Simulated appliances without a network: a site, a clock that stands, and a client that reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from drivers.simulator.answers import Answer, Answers, Request
from drivers.simulator.build import PASSWORD, USER, build_site
from drivers.simulator.clock import ManualClock
from drivers.simulator.commands import carry_out
from drivers.simulator.model import Pair
from drivers.simulator.scenario import Scenario
from drivers.simulator.truth import Truth, tell_truth

Members = list[dict[str, Any]]
LOGIN = {"userName": USER, "password": PASSWORD, "authLoginDomain": "local"}


class Simulated:
    """A site that is asked directly, with time that passes only when it is let."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock()
        self.site = build_site(self.clock.now(), **options)
        self.answers = Answers(self.site)
        self.token = ""

    @classmethod
    def of(cls, scenario: Scenario) -> Simulated:
        """The site of a scenario, which begins now."""
        made = cls(pairs=scenario.pairs, lone=scenario.lone, page_size=scenario.page_size)
        scenario.plan(made.site)
        # What a scenario begins with is there before anybody reads.
        made.wait("0s")
        return made

    def wait(self, duration: str | timedelta) -> None:
        """Let time pass."""
        self.clock.advance(duration)
        self.site.schedule.run_until(self.clock.now())

    def do(self, command: str, **arguments: Any) -> None:
        """Do a command to the site."""
        carry_out(self.site, command, arguments)

    def truth(self) -> Truth:
        """What is true now."""
        return tell_truth(self.site)

    def log_in(self) -> None:
        """Open a session, and use it from now on."""
        made = self.send("POST", "/rest/login-sessions", body=LOGIN)
        assert made.status == 200, made.body
        self.token = made.body["sessionID"]

    def send(
        self,
        method: str,
        path: str,
        *,
        pair: str = "",
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request to HPE OneView, or to a pair's cluster."""
        where, _, query = path.partition("?")
        sent = {"auth": self.token, "x-api-version": "1600", **(headers or {})}
        encoded = b"" if body is None else msgspec.json.encode(body)
        request = Request(method, where, query, sent, encoded)
        if pair:
            asked: Pair = self.site.pairs[pair]
            return self.answers.of_pair(asked, request)
        return self.answers.of_oneview(request)

    def get(self, path: str, *, pair: str = "", **headers: str) -> Answer:
        """Read something, logged in."""
        if not self.site.sessions.accepts(self.token, self.site.now):
            self.log_in()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("GET", path, pair=pair, headers=named)

    def members(self, path: str, *, pair: str = "") -> Members:
        """The members of a list's first page."""
        answer = self.get(path, pair=pair)
        assert answer.status == 200, answer.body
        found: Members = answer.body["members"]
        return found

    def appliance(self, serial: str) -> dict[str, Any]:
        """What the appliances' list says of one."""
        listed = self.members("/rest/deployment-servers/image-streamer-appliances")
        return next(item for item in listed if item["applianceSerialNumber"] == serial)

    def open_alerts(self) -> list[str]:
        """The descriptions of the alerts that stand."""
        found = self.members("/rest/alerts?filter=alertState NE 'Cleared'")
        return [alert["description"] for alert in found]
