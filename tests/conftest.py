"""What holds for every test: how hard properties are tried, and the same trials every time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from rules.matcher import Matcher

for _number, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
):
    # A script that starts the tests in the background has these ignored, and so would have every
    # program that they start and send a signal to.
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

pytest_plugins = ("oracle.property_count",)

settings.register_profile(
    "watch",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("watch"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "watch"))


@pytest.fixture(autouse=True)
def _memory_of_durable_rules_is_given_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Watches that tests leave open would keep some megabytes each; one that is asked later makes
    anew what it needs."""
    made: list[Matcher] = []
    begin = Matcher.__init__

    def noted(self: Matcher) -> None:
        begin(self)
        made.append(self)

    monkeypatch.setattr(Matcher, "__init__", noted)
    yield
    for matcher in made:
        matcher.close()
