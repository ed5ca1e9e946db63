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
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311  # faults are repeatable, not secret

    @property
    def faulty(self) -> bool:
        """Whether anything can go wrong."""
        return any((self.reset, self.unavailable, self.too_many, self.garbage, self.half))

    def draw(self) -> Fault:
        """What befalls the next request."""
        at = self._random.random()
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

    def delay(self) -> float:
        """Seconds that the next answer takes longer."""
        return self._random.uniform(0, self.latency) if self.latency else 0.0

    def nonsense(self) -> bytes:
        """A body that is no JSON."""
        return bytes(self._random.randrange(256) for _ in range(64)) + b'{"members":['
