"""Two deployments in one journal: they share no subject, whatever their pairs are called."""

from __future__ import annotations

import random

from live_watch import WithinProcess
from simulated import Simulated

from drivers.live.poller import Poller
from drivers.live.secret import Secret
from drivers.live.session import Credentials
from drivers.live.subject_names import SubjectNames
from drivers.live.target import Target
from drivers.oneview.memory import recall
from drivers.oneview.observe import Deployment
from drivers.simulator.build import PASSWORD, USER
from rules.vocabulary import Event

NORTH = Deployment.of("north", "oneview/north")
SOUTH = Deployment.of("south", "oneview/south")


def sources(deployment: Deployment) -> tuple[str, str]:
    return deployment.oneview, deployment.image_streamer


class Domain:
    """One deployment's poller, and what came of it."""

    def __init__(
        self,
        deployment: Deployment,
        names: SubjectNames,
        simulated: Simulated | None = None,
        journal: list[Event] | None = None,
    ) -> None:
        self.deployment = deployment
        self.simulated = simulated or Simulated()
        self.events: list[Event] = []
        self.told: list[str] = []

        async def password() -> Secret:
            return Secret(PASSWORD)

        self.poller = Poller(
            Target(deployment, (self.simulated.site.address,), Credentials(USER, password)),
            WithinProcess(self.simulated),
            watch_source="watch/test",
            wall=self.simulated.clock.now,
            chance=random.Random(1),
            remembered=recall(names.own_words(deployment, journal or []), sources(deployment)),
            tell=self.told.append,
            names=names,
        )

    async def poll(self) -> set[str]:
        """Read once; the pairs and modules that were spoken of."""
        polled = (await self.poller.poll()).events
        self.simulated.wait("15s")
        self.events += polled
        return {event.subject for event in polled if not event.subject.startswith("deployment/")}


async def test_a_pair_that_another_deployment_has_named_gets_a_name_of_its_own() -> None:
    names = SubjectNames()
    north, south = Domain(NORTH, names), Domain(SOUTH, names)
    first, second = await north.poll(), await south.poll()
    assert {"pair/LE-rack-a", "appliance/CN7517044K"} <= first
    assert {"pair/LE-rack-a@south", "appliance/CN7517044K@south"} <= second
    assert not first & second
    assert north.told == []
    (told,) = south.told
    assert "LE-rack-a is one of north's too: LE-rack-a@south" in told
    south.simulated.do("start_update", fail_at="storage")
    for _ in range(8):
        south.simulated.wait("5m")
        assert all(subject.endswith("@south") for subject in await south.poll())
    assert await north.poll() == set()
    said = south.poller.remembered.said["pair/LE-rack-a@south"]
    assert said["update.result"] == "error", "its tasks name it as HPE OneView does"
    assert said["pair.active_serial"] == "CN7517044K@south"
    assert "update.id" not in north.poller.remembered.said["pair/LE-rack-a"]
    assert len(south.told) == 1


async def test_the_names_survive_a_restart_in_another_order() -> None:
    names = SubjectNames()
    north, south = Domain(NORTH, names), Domain(SOUTH, names)
    await north.poll()
    await south.poll()
    journal = sorted(north.events + south.events, key=lambda event: event.time)
    again = SubjectNames()
    south = Domain(SOUTH, again, south.simulated, journal)
    north = Domain(NORTH, again, north.simulated, journal)
    assert all(subject.endswith("@south") for subject in await south.poll())
    assert not any(subject.endswith("@north") for subject in await north.poll())
    assert south.told == north.told == []
    # Also where the other one is watched no more.
    alone = Domain(SOUTH, SubjectNames(), south.simulated, journal)
    assert all(subject.endswith("@south") for subject in await alone.poll())


async def test_what_one_had_said_of_the_other_s_pair_is_not_remembered_as_its_own() -> None:
    mixed = Domain(SOUTH, SubjectNames())
    await mixed.poll()
    names = SubjectNames()
    north = Domain(NORTH, names)
    await north.poll()
    south = Domain(SOUTH, names, mixed.simulated, mixed.events)
    assert "pair/LE-rack-a" not in south.poller.remembered.said
    assert "pair/LE-rack-a@south" in await south.poll()


async def test_words_about_another_deployment_s_subject_are_no_words_of_ones_own() -> None:
    names = SubjectNames()
    north, south = Domain(NORTH, names), Domain(SOUTH, names)
    await north.poll()
    event = next(one for one in north.events if one.subject == "pair/LE-rack-a")
    foreign = replace_source(event, SOUTH.image_streamer)
    assert names.own_words(SOUTH, [foreign]) == []
    assert names.own_words(NORTH, [event]) == [event]
    assert south.events == []


def replace_source(event: Event, source: str) -> Event:
    return Event(event.id, source, event.type, event.time, event.subject, event.data)


async def test_a_site_of_its_own_shares_no_name_with_the_harbour() -> None:
    names = SubjectNames()
    north = Domain(NORTH, names)
    south = Domain(SOUTH, names, Simulated(name="south"))
    first, second = await north.poll(), await south.poll()
    assert "pair/LE-south-a" in second
    assert not first & second
    assert south.told == []
    site = south.simulated.site
    assert {one.serial for one in site.composers}.isdisjoint(
        one.serial for one in north.simulated.site.composers
    )
    artifacts = [item.name for item in site.pairs["LE-south-a"].artifacts.values()]
    assert all(name.startswith("south-") for name in artifacts)
    # Scenarios name things as they are at the harbour.
    south.simulated.do("start_update", pair="LE-rack-b")
    south.simulated.do("spoil_artifact", name="RHEL-8.6")
    assert "LE-south-b" in site.updates
