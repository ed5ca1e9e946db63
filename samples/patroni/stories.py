"""Make the sample logs of the Patroni rule base: `python samples/patroni/stories.py`.

With `--check` nothing is written; the exit code is 1 when a log on disk differs from its story.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from scenario import Log  # noqa: E402

CLUSTER: Final = "cluster/orders"
FAILOVER_LAG: Final = 1_048_576
FOLLOWING: Final = {"streaming", "in archive recovery"}
Facts: TypeAlias = dict[str, Any]


class Orders:
    """The cluster `orders` with three members, and what a reader of its REST interface says."""

    def __init__(self, name: str, begin: str, **config: Any) -> None:
        self.log = Log(name)
        self.log.begin(begin)
        self.leader = "pg1"
        self.timeline = 7
        self.paused = False
        self.config = {"config.synchronous_mode": "off", "config.synchronous_mode_strict": False}
        self.config.update({f"config.{key}": value for key, value in config.items()})
        self.plan: Facts = {"switchover.scheduled": False}
        self.members: dict[str, Facts] = {}
        self.primaries = {"pg1"}
        self._said: dict[str, Facts] = {}
        for member in ("pg1", "pg2", "pg3"):
            follows = member != "pg1"
            self.members[member] = {
                "member.role": "replica" if follows else "leader",
                "member.state": "streaming" if follows else "running",
                "member.timeline": 7,
                "member.pending_restart": False,
                **({"member.lag": 0, "member.lag_allows_failover": True} if follows else {}),
            }
        if self.config["config.synchronous_mode"] != "off":
            self.members["pg2"]["member.role"] = "sync_standby"
        self._said[CLUSTER] = self._cluster()
        self.log.snapshot("cluster/orders", CLUSTER, self._said[CLUSTER], message="orders is read")
        for member, facts in self.members.items():
            subject = f"member/orders-{member}"
            self.log.facts(
                "cluster/orders", subject, {"member.cluster": "orders", "member.name": member}
            )
            self.log.snapshot("cluster/orders", subject, facts)
            self._said[subject] = dict(facts)
            node = {
                "node.reaches_store": True,
                "node.failsafe_active": False,
                "node.replay_paused": False,
            }
            self.log.snapshot(f"node/orders-{member}", subject, node)

    def _cluster(self) -> Facts:
        led = self.leader != ""
        follow = {name: one for name, one in self.members.items() if name != self.leader}
        listed = [one for one in follow.values() if one["member.state"] != "not listed"]
        synchronous = self.config["config.synchronous_mode"] != "off"
        candidates = [
            one
            for one in listed
            if one["member.state"] in FOLLOWING
            and one.get("member.timeline") == self.timeline
            and one.get("member.lag", 0) <= FAILOVER_LAG
            and (not synchronous or one["member.role"] == "sync_standby")
        ]
        return {
            "cluster.kind": "primary",
            "cluster.led": led,
            "cluster.leader": self.leader or None,
            "cluster.timeline": self.timeline,
            "cluster.primaries": len(self.primaries),
            "cluster.replicas": len(listed),
            "cluster.streaming": sum(one["member.state"] == "streaming" for one in listed),
            "cluster.candidates": len(candidates),
            "cluster.paused": self.paused,
            "cluster.sync_standbys": sum(one["member.role"] == "sync_standby" for one in listed),
            **self.config,
            **self.plan,
        }

    def set(self, member: str, **facts: Any) -> None:
        """What GET /cluster says of a member from now on; lag decides whether it may take over."""
        mine = self.members[member]
        mine.update({f"member.{key}": value for key, value in facts.items()})
        if "lag" in facts:
            lag = facts["lag"]
            mine["member.lag_allows_failover"] = None if lag is None else lag <= FAILOVER_LAG

    def say(self, message: str = "", **failover: Any) -> None:
        """Say what has changed since the last time; `failover` are facts of that family."""
        changed = self._changes(CLUSTER, self._cluster())
        changed.update({f"failover.{key}": value for key, value in failover.items()})
        if changed or message:
            self.log.facts("cluster/orders", CLUSTER, changed, message)
        for member, facts in self.members.items():
            subject = f"member/orders-{member}"
            if difference := self._changes(subject, facts):
                self.log.facts("cluster/orders", subject, difference)

    def _changes(self, subject: str, facts: Facts) -> Facts:
        before = self._said[subject]
        self._said[subject] = dict(facts)
        keys = {*before, *facts}
        return {
            key: facts.get(key)
            for key in sorted(keys)
            if before.get(key) != facts.get(key) or (key in facts and key not in before)
        }

    def node(self, member: str, message: str = "", **facts: Any) -> None:
        """What a member says itself (GET /patroni)."""
        said = {f"node.{key}": value for key, value in facts.items()}
        self.log.facts(f"node/orders-{member}", f"member/orders-{member}", said, message)

    def promote(self, member: str, message: str, *, planned: bool, old_state: str) -> None:
        """Another member leads from now on."""
        old = next(one for one in self.members if one == "pg1")
        self.leader, self.timeline, self.primaries = member, self.timeline + 1, {member}
        self.set(member, role="leader", state="running", timeline=self.timeline)
        for key in ("member.lag", "member.lag_allows_failover"):
            self.members[member].pop(key, None)
        self.set("pg3", timeline=self.timeline)
        self.set(old, role="replica", state=old_state)
        self.say(
            message,
            **{"id": f"{self.timeline} {self.log.time}", "at": self.log.time, "from": old},
            to=member,
            planned=planned,
            timeline=self.timeline,
            old_state=old_state,
            old_timeline=self.members[old]["member.timeline"],
        )


Story: TypeAlias = Callable[[], Log]
STORIES: Final[dict[str, Story]] = {}


def story(name: str) -> Callable[[Story], Story]:
    """Register what a log tells."""

    def register(tell: Story) -> Story:
        STORIES[name] = tell
        return tell

    return register


@story("quiet-day")
def quiet_day() -> Log:
    """Some hours in which nothing is wrong: a little lag, a restart within its time, a pause."""
    orders = Orders("quiet-day", "2026-11-23T08:00:00Z")
    log = orders.log
    for clock, lag in (("08:20", 4096), ("08:40", 20_000_000), ("08:43", 0)):
        log.at(clock)
        orders.set("pg2", lag=min(FAILOVER_LAG, lag))
        orders.say()
    log.at("09:00")
    orders.set("pg3", pending_restart=True)
    orders.say("max_connections was changed")
    log.at("09:30")
    orders.set("pg3", state="restarting")
    orders.say("pg3 is restarted")
    log.wait("20s")
    orders.set("pg3", state="streaming", pending_restart=False)
    orders.say("pg3 follows again")
    log.at("10:00")
    orders.paused = True
    orders.say("orders is paused")
    log.wait("40m")
    orders.paused = False
    orders.say("orders is managed again")
    log.at("11:00")
    orders.say("orders is read")
    return log


@story("leader-crashes")
def leader_crashes() -> Log:
    """The leader's machine dies at night; Patroni fails over, and the old leader comes back."""
    orders = Orders("leader-crashes", "2026-11-22T02:00:00Z")
    log = orders.log
    log.at("02:14:00")
    log.silence("node/orders-pg1")
    orders.set("pg1", state="crashed", lag=None)
    orders.primaries = set()
    orders.say("PostgreSQL of pg1 has crashed")
    log.wait("20s")
    orders.leader = ""
    orders.set("pg1", role="replica", state="stopped")
    orders.say("The leader lock of orders has expired")
    log.wait("50s")
    orders.promote("pg2", "pg2 leads orders on timeline 8", planned=False, old_state="stopped")
    log.at("02:20")
    log.acknowledge(CLUSTER, "old-leader-down", "on my way")
    log.at("02:31")
    orders.node("pg1", "pg1 answers again", reaches_store=True, failsafe_active=False)
    orders.set("pg1", state="starting")
    orders.say("pg1 starts", old_state="starting")
    log.wait("90s")
    orders.set("pg1", state="streaming", timeline=8, lag=0)
    orders.say("pg1 was rewound and follows pg2", old_state="streaming", old_timeline=8)
    log.at("03:05")
    log.confirm(CLUSTER, "failed-over", "cause_found", "A power supply of pg1 had failed")
    log.at("03:30")
    orders.say("orders is read")
    return log


@story("replica-lags")
def replica_lags() -> Log:
    """A long report keeps pg3 from applying; it falls out of the race, and catches up."""
    orders = Orders("replica-lags", "2026-11-24T13:00:00Z")
    log = orders.log
    for clock, lag in (
        ("13:10", 600_000),
        ("13:12", 2_000_000),
        ("13:20", 90_000_000),
        ("13:40", 400_000_000),
        ("14:05", 900_000),
        ("14:06", 0),
    ):
        log.at(clock)
        orders.set("pg3", lag=lag)
        orders.say(f"pg3 is {lag} bytes behind")
    log.at("14:10")
    orders.set("pg2", state="start failed", lag=None)
    orders.say("pg2 does not start: its disk is full")
    log.at("14:20")
    orders.set("pg3", lag=3_000_000)
    orders.say("pg3 is 3000000 bytes behind")
    log.at("14:30")
    orders.set("pg3", lag=0)
    orders.set("pg2", state="streaming", lag=0)
    orders.say("pg2 and pg3 follow")
    log.at("14:45")
    orders.say("orders is read")
    return log


@story("store-lost")
def store_lost() -> Log:
    """Etcd loses its majority: the leader is demoted, and leads again when etcd is back."""
    orders = Orders("store-lost", "2026-11-25T05:00:00Z")
    log = orders.log
    log.at("05:30")
    seen = log.ago("30s")
    for member in ("pg1", "pg2", "pg3"):
        orders.node(member, f"{member} misses etcd", reaches_store=False, store_seen_at=seen)
    log.wait("10s")
    orders.leader, orders.primaries = "", set()
    orders.set("pg1", role="replica")
    orders.say("pg1 was demoted: orders has no leader")
    log.at("05:48")
    for member in ("pg1", "pg2", "pg3"):
        orders.node(member, f"{member} reaches etcd", reaches_store=True, store_seen_at=None)
    log.wait("15s")
    orders.leader, orders.primaries = "pg1", {"pg1"}
    orders.set("pg1", role="leader")
    orders.say("pg1 leads orders again")
    log.at("06:10")
    orders.say("orders is read")
    return log


@story("store-lost-failsafe")
def store_lost_failsafe() -> Log:
    """The same with failsafe mode: writes go on, and nobody may touch a member. Then nobody
    hears pg1 any more, and the watch does not take that for health."""
    orders = Orders("store-lost-failsafe", "2026-11-25T05:00:00Z")
    log = orders.log
    log.at("05:30")
    seen = log.ago("30s")
    for member in ("pg1", "pg2", "pg3"):
        orders.node(
            member,
            f"{member} misses etcd and works in failsafe mode",
            reaches_store=False,
            store_seen_at=seen,
            failsafe_active=True,
        )
    log.at("05:40")
    log.silence("node/orders-pg1")
    log.at("06:00")
    for member in ("pg1", "pg2", "pg3"):
        orders.node(
            member,
            f"{member} reaches etcd",
            reaches_store=True,
            store_seen_at=None,
            failsafe_active=False,
        )
    log.at("06:10")
    orders.say("orders is read")
    return log


@story("pause-forgotten")
def pause_forgotten() -> Log:
    """A pause for maintenance outlives it; then the leader fails, and nobody takes over."""
    orders = Orders("pause-forgotten", "2026-11-26T18:00:00Z")
    log = orders.log
    log.at("18:05")
    log.operator(CLUSTER, {"operator.maintenance": True}, "Minor update of PostgreSQL")
    orders.paused = True
    orders.say("orders is paused")
    log.at("19:10")
    log.operator(CLUSTER, {"operator.maintenance": False}, "Done")
    log.at("21:00")
    orders.leader, orders.primaries = "", set()
    orders.set("pg1", role="replica", state="stopped", lag=None)
    orders.say("pg1 has stopped: orders has no leader, and is paused")
    log.at("21:12")
    orders.paused = False
    orders.say("orders is managed again")
    log.wait("12s")
    orders.promote("pg2", "pg2 leads orders on timeline 8", planned=False, old_state="stopped")
    log.wait("60s")
    orders.set("pg1", state="streaming", timeline=8, lag=0)
    orders.say("pg1 was rewound and follows pg2", old_state="streaming", old_timeline=8)
    log.at("21:30")
    log.confirm(CLUSTER, "failed-over", "cause_found", "Stopped by hand in the pause")
    log.at("21:45")
    orders.say("orders is read")
    return log


@story("split-timeline")
def split_timeline() -> Log:
    """The rewind of the old leader fails: it runs on a timeline of its own."""
    orders = Orders("split-timeline", "2026-11-27T09:00:00Z")
    log = orders.log
    log.at("09:41:00")
    orders.set("pg1", state="crashed", lag=None)
    orders.primaries = set()
    orders.say("PostgreSQL of pg1 has crashed")
    log.wait("25s")
    orders.promote("pg2", "pg2 leads orders on timeline 8", planned=False, old_state="starting")
    log.at("09:44")
    orders.set("pg1", state="running", timeline=7)
    orders.say("pg1 runs on timeline 7: pg_rewind has failed", old_state="running", old_timeline=7)
    log.at("10:30")
    log.note(CLUSTER, "41 orders on timeline 7 alone, exported", "old-leader-diverged")
    log.confirm(CLUSTER, "old-leader-diverged", "writes_kept", "exported")
    log.at("10:35")
    orders.set("pg1", state="creating replica", timeline=None)
    orders.say("pg1 is reinitialised", old_state="creating replica", old_timeline=None)
    log.at("11:20")
    orders.set("pg1", state="streaming", timeline=8, lag=0)
    orders.say("pg1 follows pg2", old_state="streaming", old_timeline=8)
    log.at("11:40")
    log.confirm(CLUSTER, "failed-over", "cause_found", "A bad memory module")
    log.at("11:45")
    orders.say("orders is read")
    return log


@story("switchover")
def switchover() -> Log:
    """A switchover is planned, cannot happen while pg2 is behind, and happens."""
    orders = Orders("switchover", "2026-11-28T21:00:00Z")
    log = orders.log
    log.at("21:10")
    orders.plan = {
        "switchover.scheduled": True,
        "switchover.at": "2026-11-28T22:00:00.000Z",
        "switchover.to": "pg2",
    }
    orders.say("A switchover to pg2 is planned for 22:00")
    log.at("21:30")
    for member in ("pg2", "pg3"):
        orders.set(member, lag=5_000_000)
    orders.say("A large import: pg2 and pg3 are behind")
    log.at("21:36")
    for member in ("pg2", "pg3"):
        orders.set(member, lag=0)
    orders.say("pg2 and pg3 have caught up")
    log.at("22:00:00")
    orders.plan = {"switchover.scheduled": False}
    orders.set("pg1", timeline=8, lag=0)
    orders.promote("pg2", "pg2 leads orders on timeline 8", planned=True, old_state="streaming")
    log.at("22:45")
    orders.say("orders is read")
    return log


@story("commits-blocked")
def commits_blocked() -> Log:
    """Strict synchronous mode, and both standbys go."""
    orders = Orders(
        "commits-blocked",
        "2026-11-29T15:00:00Z",
        synchronous_mode="on",
        synchronous_mode_strict=True,
    )
    log = orders.log
    log.at("15:20")
    orders.set("pg3", state="not listed", lag=None)
    orders.say("pg3 is no longer listed")
    log.at("15:25")
    orders.set("pg2", role="replica", state="crashed", lag=None)
    orders.say("pg2 has crashed: no synchronous standby is left")
    log.at("15:32")
    orders.set("pg2", role="sync_standby", state="streaming", lag=0)
    orders.say("pg2 follows again")
    log.at("15:40")
    orders.set("pg3", state="streaming", lag=0)
    orders.say("pg3 is back")
    log.at("15:50")
    orders.say("orders is read")
    return log


@story("two-primaries")
def two_primaries() -> Log:
    """Somebody promotes a replica past Patroni while the cluster is paused."""
    orders = Orders("two-primaries", "2026-11-30T11:00:00Z")
    log = orders.log
    log.at("11:05")
    log.operator(CLUSTER, {"operator.maintenance": True}, "Tests of a new report")
    orders.paused = True
    orders.say("orders is paused")
    log.at("11:20")
    orders.primaries = {"pg1", "pg3"}
    orders.set("pg3", state="running", timeline=8, lag=None)
    orders.say("pg3 calls itself primary as well")
    log.at("11:50")
    log.confirm(CLUSTER, "two-primaries", "writes_compared", "only test data")
    log.at("11:52")
    orders.paused = False
    orders.say("orders is managed again")
    log.operator(CLUSTER, {"operator.maintenance": False}, "Done")
    log.wait("20s")
    orders.primaries = {"pg1"}
    orders.set("pg3", state="starting", timeline=None)
    orders.say("pg3 was demoted and is rewound")
    log.at("11:56")
    orders.set("pg3", state="streaming", timeline=7, lag=0)
    orders.say("pg3 follows pg1")
    log.at("12:10")
    orders.say("orders is read")
    return log


def main() -> int:
    """Write or check every log."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="write nothing, compare only")
    check = arguments.parse_args().check
    stale = []
    for name, tell in STORIES.items():
        path, text = HERE / "logs" / f"{name}.jsonl", tell().text()
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, "utf-8")
    for name in stale:
        print(f"{name}: {'differs from its story' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
