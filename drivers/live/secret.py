"""A text that must appear nowhere but where it is sent."""

from __future__ import annotations

from typing import Final

SHOWN: Final = "(secret)"


class Secret:
    """Holds a password or a session's token; neither `repr` nor `str` nor a copy shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return SHOWN

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be copied out of the process")
