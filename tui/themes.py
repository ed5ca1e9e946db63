"""The colours that can be asked for by name, known without loading the screen."""

from __future__ import annotations

import argparse
from typing import Final

THEMES: Final = (
    "ansi-dark",
    "ansi-light",
    "atom-one-dark",
    "atom-one-light",
    "catppuccin-frappe",
    "catppuccin-latte",
    "catppuccin-macchiato",
    "catppuccin-mocha",
    "dracula",
    "flexoki",
    "gruvbox",
    "monokai",
    "nord",
    "rose-pine",
    "rose-pine-dawn",
    "rose-pine-moon",
    "solarized-dark",
    "solarized-light",
    "textual-dark",
    "textual-light",
    "tokyo-night",
)
"""Textual's own; a test holds this list beside them."""


def theme_problem(name: str) -> str:
    """What is wrong with a theme's name, with the nearest right one; empty where nothing is."""
    if not name or name in THEMES:
        return ""
    from difflib import get_close_matches

    near = get_close_matches(name, THEMES, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(THEMES)}"
    return f"there is no theme {name}; {hint}"


def theme(name: str) -> str:
    """A theme's name, as an argument."""
    problem = theme_problem(name)
    if problem:
        raise argparse.ArgumentTypeError(problem)
    return name
