"""What there is to read: rows of text made from snapshots alone."""
