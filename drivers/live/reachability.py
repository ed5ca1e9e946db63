"""What is told of how well a deployment can be read: who answers and is trusted, the watch's own
session, lists that cannot be read, and clocks."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime

from drivers.live.oneview_reader import OneViewReading
from drivers.live.pair_reader import PairReading
from drivers.live.source_facts import SourceFacts
from drivers.live.target import Target
from drivers.live.unread_lists import ALL_LISTS, UnreadLists
from drivers.oneview.fields import LONGEST_TEXT, bounded
from rules.vocabulary import Event


class Reachability:
    """Makes events of what is new of it."""

    def __init__(self, target: Target, watch_source: str, wall: Callable[[], datetime]) -> None:
        self._target = target
        self._wall = wall
        self._facts = SourceFacts(watch_source, target.deployment.name)
        self.lists = UnreadLists()
        self.fault = ""
        """The fault of this program that the last reading came upon."""
        self._doubts: set[str] = set()
        """What is told of appliances that are left out of their list and not taken for gone."""

    def forget(self) -> None:
        """Say everything again, as if nothing had been said."""
        self._facts.forget()

    def say_sessions(self, read: OneViewReading) -> list[Event]:
        """Whether the watch is logged in at HPE OneView."""
        said = {
            "valid": "The watch has logged in at HPE OneView",
            "expired": "HPE OneView does not accept the watch's session any more",
            "refused": f"HPE OneView refuses the watch's login: {read.detail}",
        }
        if read.no_password:
            said["refused"] = f"The watch has no password to log in with: {read.detail}"
        now = self._wall()
        return [
            event
            for word_said in read.sessions
            for event in self._facts.of_deployment(
                now, said[word_said], watch__oneview_session=word_said
            )
        ]

    def say_oneview(self, read: OneViewReading) -> list[Event]:
        """Whether HPE OneView answers, is trusted, and speaks a version that the watch knows."""
        say, now = self._facts.of_deployment, self._wall()
        if not read.answered and read.untrusted:
            message = f"Whoever answers for HPE OneView is not trusted: {read.detail}"
            # Somebody does answer; whether that is HPE OneView, nobody can tell.
            return say(now, message, watch__oneview_reachable=None, watch__certificates="refused")
        if not read.answered:
            message = f"HPE OneView does not answer: {read.detail}"
            return say(now, message, watch__oneview_reachable=False)
        verifies = self._target.verifies
        events = say(
            now,
            "HPE OneView answers"
            if verifies
            else "Somebody answers, whose certificate is not verified",
            watch__oneview_reachable=True,
            watch__certificates="verified" if verifies else "not-verified",
            watch__message_bus="not-used",
        )
        if read.spoken is not None:
            events += say(
                now,
                f"HPE OneView speaks the interface versions {read.spoken.range}",
                watch__api_support=read.spoken.support,
                watch__api_range=read.spoken.range,
            )
        if read.servers is not None:
            message = f"The list of OS deployment servers is {read.servers}"
            events += say(now, message, watch__deployment_servers=read.servers)
        if read.offset is not None:
            message = "HPE OneView's clock beside this machine's"
            events += self._facts.offset(now, "watch.clock_offset", read.offset, message)
        return events

    def say_unread(
        self,
        read: OneViewReading,
        readings: Iterable[PairReading],
        *,
        not_asked: Iterable[str],
        doubted: Iterable[str],
    ) -> list[Event]:
        """Name the lists whose facts grow old although their source is heard: also those of pairs
        that are not asked, and the appliances' where it leaves out `doubted` ones."""
        asked = dict(read.lists)
        for one in readings:
            lists = {ALL_LISTS: True} | one.lists if one.lists else {}
            asked |= {f"{name} of {one.pair}": was_read for name, was_read in lists.items()}
        asked |= {f"{ALL_LISTS} of {pair}": False for pair in not_asked}
        # As they were doubted when the list was looked at last.
        doubts = {_doubt(name): False for name in doubted}
        asked |= {doubt: True for doubt in self._doubts if doubt not in doubts} | doubts
        self._doubts = set(doubts)
        return self.say_lists(asked)

    def say_lists(self, asked: Mapping[str, bool]) -> list[Event]:
        """Name the lists that cannot be read, now that these were asked for and read, or not."""
        now = self._wall()
        self.lists.note(asked, now)
        late = self.lists.late(now)
        if self.fault:
            late.insert(0, f"{ALL_LISTS}: a fault of the watch itself ({self.fault})")
        names = bounded(", ".join(late), LONGEST_TEXT) or None
        if names is None and not self._facts.has_said("watch.unread_lists"):
            return []
        message = f"Lists that cannot be read: {names}" if names else "All lists are read again"
        return self._facts.of_deployment(now, message, watch__unread_lists=names)

    def say_pairs(
        self,
        read: OneViewReading,
        readings: Iterable[PairReading],
        *,
        primary: str | None,
        asked: Container[str],
        not_asked: Mapping[str, str],
    ) -> list[Event]:
        """Who answers at the pairs' cluster addresses; which pairs are asked, and why others are
        not."""
        now = self._wall()
        events: list[Event] = []
        for one in readings:
            if one.address is None:
                continue
            facts: dict[str, object] = {"source__cluster_address": one.address}
            if one.acceptance is not None:
                facts["source__token"] = one.acceptance
            message = f"The Image Streamer at the cluster address of {one.pair}: {one.address}"
            if one.address == "untrusted":
                message = f"Whoever answers at the cluster address of {one.pair} is not trusted"
            if one.detail and one.address != "answers":
                message += f" ({one.detail})"
            events += self._facts.of_pair(one.pair, now, message, **facts)
            if one.pair == primary and None not in (one.offset, read.offset):
                assert one.offset is not None
                assert read.offset is not None
                message = "The Image Streamer's clock beside HPE OneView's"
                between = one.offset - read.offset
                fact = "watch.appliances_clock_offset"
                events += self._facts.offset(now, fact, between, message)
        for pair in sorted({*self._facts.pairs(), *not_asked}):
            if pair not in asked:
                message = f"{pair} has no cluster address that could be asked"
                if pair in not_asked:
                    message = f"The cluster address of {pair} is not asked: {not_asked[pair]}"
                events += self._facts.of_pair(
                    pair, now, message, source__cluster_address=None, source__token=None
                )
        return events


def _doubt(name: str) -> str:
    return f"image-streamer-appliances (without {name}, though other signs say that it is there)"
