"""The framed parts that places are made of."""
