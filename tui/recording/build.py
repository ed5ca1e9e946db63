"""From a configuration to pollers that read what it names."""

from __future__ import annotations

import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from drivers.configuration import Configuration, DeploymentSettings
from drivers.live.client import Client
from drivers.live.pace import Intervals
from drivers.live.poller import Poller
from drivers.live.session import Credentials, PasswordSource
from drivers.live.subject_names import SubjectNames
from drivers.live.target import Connect, Target
from drivers.live.transport import HttpsTransport
from drivers.live.trust import Trust
from drivers.oneview.memory import recall
from drivers.oneview.observe import SETTLED_AFTER, Deployment
from drivers.passwords import telling_when_slow
from drivers.recorder.raw_answers import RawAnswers
from drivers.recorder.recorder import Tell
from rules.engine import Watch
from tui.recording.judge import said_by


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be watched, and how."""

    configuration: Configuration
    passwords: Sequence[PasswordSource]
    """Of the deployments, in their order."""
    wall: Callable[[], datetime]
    host: str
    raw: Path | None = None
    """The folder in which answers are kept; None: they are not."""
    settle: timedelta = SETTLED_AFTER

    @property
    def unverified(self) -> list[str]:
        """The deployments whose certificates nobody looks at."""
        return [one.name for one in self.configuration.deployments if not one.verifies]

    @property
    def unbounded(self) -> list[str]:
        """What is to be said of deployments whose session goes to wherever HPE OneView says that an
        Image Streamer is, as long as the certificate there is believed. Who shows a certificate
        that is pinned is no stranger."""
        return [
            f"{one.name}: its session is sent to each cluster address that HPE OneView lists and "
            "whose certificate is believed; image_streamer_networks in the configuration keeps it "
            "to the networks that it names"
            for one in self.configuration.deployments
            if not one.networks and not one.fingerprints
        ]


def why_no_trust(settings: DeploymentSettings) -> str:
    """Why a deployment's certificates cannot be verified as it is configured; empty where they
    can."""
    try:
        trust_of(settings).for_connections()
    except FileNotFoundError:
        return "does not exist"
    except ssl.SSLError:
        return "holds no certificates in the form PEM"
    except (OSError, ValueError) as error:
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    return ""


def trust_of(settings: DeploymentSettings) -> Trust:
    """Whom a deployment's settings trust."""
    return Trust(settings.ca_file, settings.fingerprints, settings.verifies)


def build_pollers(plan: Plan, watch: Watch, tell: Tell) -> list[Poller]:
    """A poller for each deployment, which remembers what the watch knows from the journal."""
    polling = plan.configuration.polling
    intervals = Intervals(
        usual=polling.interval.total_seconds(),
        during_update=polling.during_update.total_seconds(),
        longest=polling.ceiling.total_seconds(),
    )
    pollers = []
    names = SubjectNames()
    settings_and_passwords = zip(plan.configuration.deployments, plan.passwords, strict=True)
    for settings, password in settings_and_passwords:
        deployment = Deployment.of(settings.name, f"oneview/{settings.name}")
        target = Target(
            deployment,
            settings.addresses,
            Credentials(
                settings.user,
                telling_when_slow(
                    password,
                    partial(tell, f"{settings.name}: its password is still waited for", False),
                ),
                settings.domain,
            ),
            port=settings.port,
            image_streamer_port=settings.image_streamer_port,
            api_version=settings.api_version,
            verifies=settings.verifies,
            settle=plan.settle,
            networks=settings.networks,
        )
        sources = (deployment.oneview, deployment.image_streamer)
        poller = Poller(
            target,
            _connector(plan, settings, tell),
            watch_source=f"watch/{plan.host}",
            wall=plan.wall,
            chance=random.Random(),  # noqa: S311  # jitter is no secret
            intervals=intervals,
            remembered=recall(names.own_words(deployment, said_by(watch, sources)), sources),
            tell=lambda text: tell(text, True),
            names=names,
        )
        pollers.append(poller)
    return pollers


def _connector(plan: Plan, settings: DeploymentSettings, tell: Tell) -> Connect:
    trust = trust_of(settings)
    patience = plan.configuration.polling.answer_within.total_seconds()

    def connect(address: str, port: int, pair: str) -> Client:
        transport = HttpsTransport(address, port, trust, patience=patience)
        keeper = None
        if plan.raw is not None:
            keeper = RawAnswers(plan.raw, settings.name, pair, lambda text: tell(text, True))
        return Client(transport, plan.wall, keeper)

    return connect
