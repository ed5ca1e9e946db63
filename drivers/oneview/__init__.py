"""HPE OneView and Image Streamer: resource bodies become events through pure functions.

`importing.import_bodies` turns files into events, `files.read_files` reads them, and
`observe.observe` is what both it and live reads come down to: bodies and what was remembered in,
events and what to remember out. `memory.recall` reads that memory again from a journal.
"""
