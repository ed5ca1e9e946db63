"""Keeps a journal: what drivers tell is on disk before anybody sees it.

`recorder.Recorder` appends, `waiting` holds what cannot be written for now, `rotation` closes a
part and begins the next with a checkpoint, `judging` is what a recorder asks of whoever judges.
"""
