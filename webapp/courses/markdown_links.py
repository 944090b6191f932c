"""Where a link in a lesson may lead: another step, a heading of the page, a page of this site, or the web."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

STEP = re.compile(r"(?:\.\./)?([a-z0-9-]+)(?:(?:\.[A-Za-z-]{2,12})?\.md)?/?(#[a-z0-9-]+)?")
MAIL = re.compile(r"mailto:[^\s@<>\"]+@[^\s@<>\"]+")
SITE = re.compile(r"/(?![/\\])[^\s\\<>\"]*")


def address(course_id: str, step_id: str) -> str:
    """Address of a step; pinned, so that rendered lessons do not depend on a request."""
    return f"/courses/{course_id}/{step_id}/"


def resolve(href: str, *, course_id: str, steps: Collection[str], anchors: Collection[str]) -> str | None:
    """The address a link gets; None if it leads nowhere."""
    if href.startswith("#"):
        return href if href[1:] in anchors else None
    if href.startswith(("https://", "http://")):
        try:
            host = urlsplit(href).hostname
        except ValueError:
            return None
        return href if host and not re.search(r"[\s<>\"\\]", href) else None
    if MAIL.fullmatch(href) or SITE.fullmatch(href):
        return href
    match = STEP.fullmatch(href)
    if match and match[1] in steps:
        return address(course_id, match[1]) + (match[2] or "")
    return None
