"""Tags of questions that name a Goal or a target."""

from __future__ import annotations

import re

# How ids of courses, steps, questions and fields are written.
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
GOAL_TAG = re.compile(r"goal-([0-9]{1,2})")
TARGET_TAG = re.compile(r"target-([0-9]{1,2}\.[0-9a-z]{1,2})")
