"""HPE OneView and Image Streamer: resource bodies become events through pure functions."""
