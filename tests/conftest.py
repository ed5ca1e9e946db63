"""What holds for every test: how hard properties are tried, and the same trials every time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

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
