"""What holds for every test: how hard properties are tried, and the same trials every time."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

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
