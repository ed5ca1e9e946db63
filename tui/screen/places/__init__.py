"""The places of the screen: the board, and what is read over the whole of it."""
