"""Addresses of courses and steps: built once a page for many links, so without a look-up each."""

from __future__ import annotations

from flask import request


def course_url(course_id: str) -> str:
    """Address of a course page."""
    return f"{request.script_root}/courses/{course_id}/"


def step_url(course_id: str, step_id: str) -> str:
    """Address of a step."""
    return f"{request.script_root}/courses/{course_id}/{step_id}/"
