"""What goes wrong between an appliance and whoever asks it: drawn at random, from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Fault: TypeAlias = Literal["none", "reset", "unavailable", "too-many", "garbage", "half"]


@dataclass
class Network:
    """How often each fault befalls a request, each from 0 to 1, and how long answers take."""

    reset: float = 0.0
    """The connection is torn down instead of an answer."""
    unavailable: float = 0.0
    """503 with Retry-After."""
    too_many: float = 0.0
    """429 with Retry-After."""
    garbage: float = 0.0
    """200 with a body that is no JSON."""
    half: float = 0.0
    """The answer breaks off in its middle."""
    latency: float = 0.0
    """Seconds; each answer takes up to that much longer."""
    retry_after: int = 1
    """Seconds that Retry-After asks for."""
    seed: int = 1
    _randoms: dict[str, random.Random] = field(init=False, repr=False, default_factory=dict)

    @property
    def faulty(self) -> bool:
        """Whether anything can go wrong."""
        return any((self.reset, self.unavailable, self.too_many, self.garbage, self.half))

    def draw(self, host: str = "") -> Fault:
        """What befalls the next request to a host."""
        at = self._chance(host).random()
        chances: tuple[tuple[Fault, float], ...] = (
            ("reset", self.reset),
            ("unavailable", self.unavailable),
            ("too-many", self.too_many),
            ("garbage", self.garbage),
            ("half", self.half),
        )
        for fault, chance in chances:
            if at < chance:
                return fault
            at -= chance
        return "none"

    def delay(self, host: str = "") -> float:
        """Seconds that the next answer of a host takes longer."""
        return self._chance(host).uniform(0, self.latency) if self.latency else 0.0

    def nonsense(self, host: str = "") -> bytes:
        """A body that is no JSON."""
        chance = self._chance(host)
        return bytes(chance.randrange(256) for _ in range(64)) + b'{"members":['

    def _chance(self, host: str) -> random.Random:
        """What decides for a host: its own, so that it does not matter who is asked first."""
        if host not in self._randoms:
            # Faults are repeatable, not secret.
            self._randoms[host] = random.Random(f"{self.seed} {host}")  # noqa: S311
        return self._randoms[host]
