"""A command of LocalGoals in a process of its own, and what it took."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HIGH = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


def run(environment: dict[str, str], *words: str) -> tuple[float, float, float]:
    """Seconds, seconds of processor (PostgreSQL's apart), and the peak in MB (millions of bytes) of `localgoals` with these words."""
    command = [str(Path(sys.executable).with_name("localgoals")), *words]
    begun, most = time.monotonic(), 0.0
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
        while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
            most = max(most, peak(process.pid))
            time.sleep(0.02)
        _pid, status, usage = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            told.seek(0)
            raise RuntimeError(told.read()[-2000:])
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, most


def peak(pid: int) -> float:
    """The most that a process has held since it became this program; what the kernel tells at its end counts its parent in."""
    found = _HIGH.search(Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 / 1e6 if found else 0.0
