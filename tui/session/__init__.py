"""The seam between the watch and the screen.

A session owns journal reading and the engine, and speaks in immutable snapshots; what an operator
asks for goes the other way as commands. `Worker` runs a session in a thread of its own. Nothing
here knows how it is drawn, and the screen knows nothing of where events come from.
"""
