"""What holds for every test: how hard properties are tried, and the same trials every time."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A script that starts the tests in the background has interrupts ignored, and so would have
    # every program that they start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
