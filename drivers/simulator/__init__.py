"""Simulated appliances: one HPE OneView with its Image Streamer pairs, over HTTPS on loopback.

`site` holds what is true and lets time pass; `commands` are what can be done to it, by a scenario,
a test or a person; `bodies_*` say it as the REST interfaces do; `server` serves it. `truth` says it
as facts, so that what a driver concludes can be held against it.
"""
