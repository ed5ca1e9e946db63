"""The driver and the shipped catalogue agree on every fact, whether or not a test emits it."""

from __future__ import annotations

import re

from oneview_bodies import ROOT, catalogue

from drivers.oneview.memory import MEMORY
from drivers.oneview.statement import belongs_to_image_streamer

SPOKEN = {"oneview", "image-streamer"}
WORDS = ("count", "type", "description", "corrective_action")
PREFIXES = ("alert.module", "alert.unrecognised", "alert.deployment_unrecognised", "link")
COMPOSED = {f"{prefix}{joint}{word}" for prefix in PREFIXES for joint in "_." for word in WORDS}

NOT_TOLD = {
    # Bundles name neither the pair that they came from nor the one that they reached.
    "replication.completed_at",
}


def named() -> set[str]:
    """Every text in the driver that names a declared fact."""
    texts = [path.read_text() for path in (ROOT / "drivers" / "oneview").glob("*.py")]
    found = {text for source in texts for text in re.findall(r'"([a-z]+\.[a-z_.]+)"', source)}
    return (found | COMPOSED) & catalogue().keys()


def test_every_fact_of_oneview_and_image_streamer_is_told_or_known_not_to_be() -> None:
    declared = {
        name for name, fact in catalogue().items() if fact.source in SPOKEN and not fact.derived
    }
    assert declared - named() == NOT_TOLD


def test_facts_are_told_by_the_source_that_owns_them() -> None:
    for name in named():
        fact = catalogue()[name]
        if not fact.derived and fact.source in SPOKEN:
            owner = "image-streamer" if belongs_to_image_streamer(name) else "oneview"
            assert fact.source == owner, name


def test_the_watchs_own_memory_is_the_catalogues() -> None:
    remembered = {name for name, fact in catalogue().items() if fact.memory}
    assert remembered == MEMORY
