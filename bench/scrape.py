"""What a browser takes from a page: tokens of its forms, and controls to answer with."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_TOKEN = re.compile(r'name="csrf_token"[^>]*? value="([^"]+)"')
_KEY = re.compile(r'name="key"[^>]*? value="([^"]+)"')
_QUESTION = re.compile(r'<fieldset class="q"[^>]* data-q="(\d+)" data-kind="(\w+)"')
_CONTROL = re.compile(r'<(?:input|select)[^>]* name="(q\d+(?:-\d+)?)"(?: value="([^"]*)")?')

Answered = dict[int, list[tuple[str, str]]]


def token(page: str) -> str:
    """The token against forged forms. Raises `LookupError`."""
    found = _TOKEN.search(page)
    if found is None:
        raise LookupError("a page without a form")
    return html.unescape(found[1])


def key(page: str) -> str:
    """The key that tells a form sent twice. Raises `LookupError`."""
    found = _KEY.search(page)
    if found is None:
        raise LookupError("a form without a key")
    return found[1]


def answers(page: str) -> Answered:
    """One answer a question, by the question's number: names and values of the controls a learner fills in."""
    found = list(_QUESTION.finditer(page))
    ends = [*(each.start() for each in found[1:]), len(page)]
    return {int(each[1]): list(_filled(each[2], page[each.end():end])) for each, end in zip(found, ends, strict=True)}


def _filled(kind: str, controls: str) -> Iterator[tuple[str, str]]:
    for place, (name, value) in enumerate(_CONTROL.findall(controls), 1):
        if kind in ("matching", "ordering"):
            # The nth row gets the nth choice, so that no place is given twice.
            yield name, str(place)
        elif kind == "numeric":
            yield name, "17"
        elif place == 1:
            yield name, value
