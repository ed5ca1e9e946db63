"""What befalls the simulated appliances has the order and takes the time that it really does."""

from __future__ import annotations

import contextlib
import inspect
import random
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest
from simulated import Simulated

from drivers.simulator import commands
from drivers.simulator.build import NEW, NEW_STORAGE, OLD, OLD_STORAGE, PASSWORD
from drivers.simulator.commands import CommandError, all_commands, check
from drivers.simulator.schedule import Schedule

FIRST, SECOND = "CN7517044K", "CN7517045M"


def task(site: Simulated) -> dict[str, object]:
    (only,) = site.members("/rest/tasks")
    return only


def is_silent(site: Simulated, pair: str = "") -> bool:
    return bool(site.site.pairs[pair].silence if pair else site.site.silence)


def versions(site: Simulated) -> tuple[str, str, str]:
    first, second = site.appliance(FIRST), site.appliance(SECOND)
    return first["imageStreamerVersion"], second["imageStreamerVersion"], first["vsaVersion"]


def test_an_update_goes_through_active_storage_and_standby() -> None:
    site = Simulated()
    site.do("start_update")
    assert task(site)["taskState"] == "Running"
    site.wait("12m")
    assert not site.appliance(FIRST)["isActive"]
    assert site.appliance(SECOND)["isActive"]
    assert is_silent(site, "LE-rack-a")
    assert len(site.open_alerts()) == 1
    assert versions(site) == (OLD, OLD, OLD_STORAGE)
    site.wait("14m")
    assert versions(site) == (NEW, OLD, NEW_STORAGE)
    assert not is_silent(site, "LE-rack-a")
    site.wait("10m")
    assert site.appliance(FIRST)["isActive"]
    assert site.appliance(SECOND)["status"] == "Unknown"
    site.wait("16m")
    ended = task(site)
    assert (ended["taskState"], ended["percentComplete"]) == ("Completed", 100)
    assert versions(site) == (NEW, NEW, NEW_STORAGE)
    assert site.truth()["pair/LE-rack-a"]["cluster.management"] == "degraded"
    site.wait("45m")
    assert site.open_alerts() != []
    site.wait("15m")
    assert site.open_alerts() == []
    assert site.truth()["pair/LE-rack-a"]["cluster.management"] == "healthy"


@pytest.mark.parametrize(
    ("how", "after", "names"),
    [
        ({"fail_at": "validation", "cause": "corrupt-file"}, (OLD, OLD, OLD_STORAGE), "corrupted"),
        ({"fail_at": "active"}, (OLD, OLD, OLD_STORAGE), "active"),
        ({"fail_at": "storage"}, (OLD, OLD, OLD_STORAGE), "storage"),
        ({"fail_at": "storage", "active_is_new": True}, (NEW, OLD, OLD_STORAGE), "storage"),
        ({"fail_at": "active", "keeps_storage": True}, (OLD, OLD, NEW_STORAGE), "reverted"),
        ({"fail_at": "standby"}, (NEW, OLD, NEW_STORAGE), "standby"),
    ],
)
def test_a_failed_update_leaves_the_versions_that_the_guide_says(
    how: dict[str, object], after: tuple[str, str, str], names: str
) -> None:
    site = Simulated()
    site.do("start_update", **how)
    site.wait("4h")
    ended = task(site)
    assert (ended["taskState"], ended["percentComplete"]) == ("Error", 100)
    assert names in str(ended["taskStatus"])
    assert versions(site) == after
    refused = how["fail_at"] == "validation"
    assert (ended["stateReason"] == "ValidationError") is refused


def test_a_failed_active_update_is_reverted_and_the_pair_forms_within_the_hour() -> None:
    site = Simulated()
    site.do("start_update", fail_at="active")
    site.wait("31m")
    pair = "pair/LE-rack-a"
    assert site.truth()[pair]["update.result"] == "error"
    site.wait("44m")
    assert site.truth()[pair]["cluster.management"] == "degraded"
    site.wait("16m")
    assert site.truth()[pair]["cluster.management"] == "healthy"
    assert site.truth()[pair]["cluster.storage"] == "healthy"


def test_a_storage_node_that_restarts_for_an_update_is_alerted_where_that_is_asked_for() -> None:
    for alerted in (False, True):
        site = Simulated()
        site.do("start_update", storage_alerts=alerted)
        site.wait("12m")
        assert any("storage nodes" in text for text in site.open_alerts()) == alerted
        assert site.truth()["pair/LE-rack-a"]["cluster.storage"] == "degraded"


@pytest.mark.parametrize("broken", ["management", "storage", "both"])
def test_a_cluster_that_the_revert_leaves_broken_stays_so_until_it_is_repaired(broken: str) -> None:
    site = Simulated()
    site.do("start_update", fail_at="active", leaves_broken=broken)
    site.wait("12h")
    facts = site.truth()["pair/LE-rack-a"]
    assert (facts["cluster.management"] == "healthy") == (broken == "storage")
    assert (facts["cluster.storage"] == "healthy") == (broken == "management")
    site.do("repair_clusters")
    assert site.open_alerts() == []


def test_an_update_that_oneview_interrupts_is_an_error_once_oneview_is_back() -> None:
    site = Simulated()
    site.do("start_update")
    site.wait("20m")
    site.do("oneview_down", lasts="11m")
    assert is_silent(site)
    site.wait("10m")
    assert site.truth()["pair/LE-rack-a"]["update.result"] == "running"
    site.wait("1m")
    assert not is_silent(site)
    assert task(site)["taskState"] == "Error"
    site.wait("1h")
    assert versions(site) == (OLD, OLD, OLD_STORAGE)


def test_the_standby_takes_over_within_three_minutes() -> None:
    site = Simulated()
    site.do("fail_appliance")
    assert is_silent(site, "LE-rack-a")
    site.wait("3m")
    assert not is_silent(site, "LE-rack-a")
    assert site.truth()["pair/LE-rack-a"]["pair.active_serial"] == SECOND


def test_speed_shortens_what_happens_and_not_what_time_it_is() -> None:
    slow, quick = Simulated(), Simulated(speed=60)
    for site in (slow, quick):
        site.do("start_update")
    slow.wait("52m")
    quick.wait("52s")
    assert task(slow)["taskState"] == task(quick)["taskState"] == "Completed"
    assert quick.site.now - quick.clock.now() == timedelta(0)
    created = quick.site.tasks[0].created
    assert quick.site.tasks[0].modified - created == timedelta(seconds=52)


def test_things_that_are_due_happen_in_order_however_far_time_jumps() -> None:
    happened: list[tuple[str, object]] = []
    schedule = Schedule(Simulated().clock.now())
    start = schedule.now
    schedule.after(timedelta(minutes=2), lambda: happened.append(("second", schedule.now)))

    def first() -> None:
        happened.append(("first", schedule.now))
        schedule.after(timedelta(seconds=30), lambda: happened.append(("between", schedule.now)))

    schedule.after(timedelta(minutes=1), first)
    schedule.after(timedelta(minutes=1), lambda: happened.append(("never", None)), "given up")
    schedule.give_up("given up")
    schedule.run_until(start + timedelta(days=1))
    assert [name for name, _ in happened] == ["first", "between", "second"]
    assert happened[1][1] == start + timedelta(seconds=90)


def test_a_replaced_module_is_discovered_claimed_inserted_and_forms_a_pair() -> None:
    site = Simulated()
    site.do("fail_appliance", role="standby")
    site.do("remove_module", frame="Frame2", for_good=True)
    site.do("insert_module", frame="Frame2", serial="CN7519002X")
    site.wait("20m")
    listed = site.appliance("CN7519002X")
    assert (listed["claimedByOV"], listed["leUri"]) == (False, None)
    site.wait("5m")
    assert site.appliance("CN7519002X")["claimedByOV"]
    site.wait("25m")
    assert site.appliance("CN7519002X")["leName"] == "LE-rack-a"
    site.wait("50m")
    assert site.truth()["pair/LE-rack-a"]["cluster.management"] == "healthy"
    assert site.open_alerts() == []


def test_artifacts_that_did_not_reach_the_new_primary_are_missing_there() -> None:
    site = Simulated()
    held = {item["name"] for item in site.members("/rest/plan-scripts", pair="LE-rack-a")}
    site.do("change_primary", to="LE-rack-b", missing=2)
    site.wait("16m")
    left = {item["name"] for item in site.members("/rest/plan-scripts", pair="LE-rack-b")}
    assert (len(held - left), site.site.primary) == (2, "LE-rack-b")
    (server,) = site.members("/rest/deployment-servers")
    assert server["primaryClusterName"] == "LE-rack-b-cluster"


def test_a_locked_alert_stands_until_its_cause_is_gone() -> None:
    site = Simulated()
    site.do("oneview_backup", fail=True)
    site.wait("10m")
    (alert,) = site.members("/rest/alerts")
    assert (alert["alertState"], alert["alertTypeID"]) == ("Locked", "Backup")
    site.do("oneview_backup")
    site.wait("10m")
    assert site.members("/rest/alerts")[0]["alertState"] == "Cleared"


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("start_updat", {}, "'start_update' is the nearest"),
        ("start_update", {"fail": "x"}, "'fail_at' is the nearest"),
        ("start_update", {"fail_at": "later"}, "must be one of"),
        ("change_primary", {}, "needs 'to'"),
        ("oneview_down", {"lasts": "long"}, "must be a duration"),
        ("oneview_down", {"lasts": 5}, "must be a duration"),
        ("fail_appliance", {"takeover": 1}, "must be of the type bool"),
    ],
)
def test_a_command_that_cannot_be_read_says_what_would_be_right(
    name: str, given: dict[str, object], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        check(name, given)


def test_a_command_that_does_not_fit_the_site_is_refused() -> None:
    site = Simulated()
    site.do("start_update")
    for name, given in (
        ("start_update", {}),
        ("fail_appliance", {"pair": "LE-rack-z"}),
        ("change_primary", {"to": "LE-rack-a"}),
        ("remove_module", {"frame": "Frame3"}),
        ("restore_artifacts", {}),
    ):
        if name == "restore_artifacts":
            site.do("delete_backup")
        with pytest.raises(CommandError):
            site.do(name, **given)


def test_every_command_says_what_it_does() -> None:
    assert [name for name, command in all_commands().items() if not command.__doc__] == []


def test_every_command_and_argument_stands_in_the_readme() -> None:
    readme = (Path(commands.__file__).parent / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1]: line for line in readme.splitlines() if line.startswith("| `")}
    for name, command in all_commands().items():
        arguments = set(inspect.signature(command).parameters) - {"site"}
        assert name in rows
        assert [argument for argument in arguments if f"`{argument}`" not in rows[name]] == []
    assert set(rows) == set(all_commands())


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_to_the_site_it_can_be_read_and_be_put_right(seed: int) -> None:
    source = random.Random(seed)
    site = Simulated(seed=seed)
    for _ in range(60):
        name = source.choice(sorted(all_commands()))
        with contextlib.suppress(CommandError):
            site.do(name, **arguments_for(name, source))
        site.wait(timedelta(minutes=source.choice((0, 1, 7, 30, 90))))
        read_everything(site)
        assert site.truth()
    site.wait("12h")
    for pair, state in site.site.pairs.items():
        members = site.site.members(state)
        assert len(members) <= 2
        if len(members) == 2 and all(member.present and member.listed for member in members):
            site.do("repair_clusters", pair=pair)
            facts = site.truth()[f"pair/{pair}"]
            assert (facts["cluster.management"], facts["cluster.storage"]) == ("healthy", "healthy")
            assert facts["alert.storage_node_unavailable"] is False


def arguments_for(name: str, source: random.Random) -> dict[str, object]:
    """Arguments that may fit: places that exist, choices that are allowed, the rest left away."""
    hints = get_type_hints(all_commands()[name])
    fitting: dict[str, list[object]] = {
        "pair": ["LE-rack-a", "LE-rack-b"],
        "to": ["LE-rack-a", "LE-rack-b"],
        "frame": ["Frame1", "Frame2", "Frame3", "Frame4", "Frame5"],
        "serial": [FIRST, SECOND, "CN75170527", f"CN752{source.randrange(10_000):04d}"],
        "version": [OLD, NEW],
        "name": ["RHEL-8.6", "mine"],
        "password": [PASSWORD],
    }
    chosen: dict[str, object] = {}
    for key, parameter in inspect.signature(all_commands()[name]).parameters.items():
        if key == "site" or (parameter.default is not parameter.empty and source.random() < 0.4):
            continue
        if key in fitting and get_origin(hints[key]) is not Literal:
            chosen[key] = source.choice(fitting[key])
        elif get_origin(hints[key]) is Literal:
            chosen[key] = source.choice(get_args(hints[key]))
        elif hints[key] is bool:
            chosen[key] = source.random() < 0.5
    return chosen


def read_everything(site: Simulated) -> None:
    site.site.api_minimum, site.site.api_current = 120, 1600
    for path in site.answers._oneview_lists():
        assert site.get(path).status == 200
    for name, pair in site.site.pairs.items():
        for path in site.answers._pair_lists(pair):
            assert site.get(path, pair=name).status in (200, 401, 503)
