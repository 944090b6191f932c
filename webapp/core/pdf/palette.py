"""Colours of print: those of the screen's light side on white paper. Names are those of the style sheet's tokens."""

from __future__ import annotations

from reportlab.lib.colors import Color, HexColor

COLOURS: dict[str, Color] = {
    name: HexColor(value)
    for name, value in {
        "white": "#ffffff", "paper": "#ffffff", "ground": "#ffffff", "sunk": "#e9e6dd", "text": "#1b2029", "muted": "#545861",
        "hair": "#d6d2c6", "edge": "#7d776b", "ink": "#1f3161", "wash": "#e3e7f1", "warm": "#f4f2ec", "warn": "#774a00",
        "warn-wash": "#f6ecd8", "ok": "#22623a", "bad": "#a1261a",
        "c1": "#1f3161", "c2": "#b0521b", "c3": "#2c7568", "c4": "#7d776b",
        "q1": "#c6cfe6", "q2": "#8fa1cd", "q3": "#5069a6", "q4": "#1f3161",
        "goal-1": "#e5243b", "goal-2": "#dda63a", "goal-3": "#4c9f38", "goal-4": "#c5192d", "goal-5": "#ff3a21", "goal-6": "#26bde2",
        "goal-7": "#fcc30b", "goal-8": "#a21942", "goal-9": "#fd6925", "goal-10": "#dd1367", "goal-11": "#fd9d24",
        "goal-12": "#bf8b2e", "goal-13": "#3f7e44", "goal-14": "#0a97d9", "goal-15": "#56c02b", "goal-16": "#00689d",
        "goal-17": "#19486a",
    }.items()
}  # fmt: skip


def rgb(name: str) -> tuple[float, float, float]:
    """Red, green and blue, each from 0 to 1."""
    colour = COLOURS[name]
    return float(colour.red), float(colour.green), float(colour.blue)
