"""Tags of questions that name a Goal or a target."""

from __future__ import annotations

import re

GOAL_TAG = re.compile(r"goal-([0-9]{1,2})")
TARGET_TAG = re.compile(r"target-([0-9]{1,2}\.[0-9a-z]{1,2})")
