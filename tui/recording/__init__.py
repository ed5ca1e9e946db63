"""Live watching: the configuration's deployments read, recorded, and judged in one place.

`build` makes pollers of a configuration, `judge` is a watch over the journal that is recorded,
`session` is both of them with a screen, `demo` serves appliances that do not exist.
"""
