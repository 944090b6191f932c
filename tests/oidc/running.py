"""The provider as a child process, and a browser that signs in there."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent
BACK = "http://localhost/sign-in/provider/back"
CLIENT, SECRET = "localgoals", "a secret of sufficient length"
MOST_STEPS = 12


@contextmanager
def provider() -> Iterator[str]:
    """The issuer of a provider that runs until the end of the block."""
    with subprocess.Popen(
        ["node", "provider.mjs", BACK], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:
        try:
            issuer = process.stdout.readline().strip()
            if not issuer:
                raise RuntimeError(process.stderr.read())
            yield issuer
        finally:
            process.stdin.close()
            process.terminate()


def sign_in_there(address: str, login: str) -> str:
    """What a person does at the provider: sign in and consent. The address with which it sends the browser back."""
    with requests.Session() as browser:
        response = browser.get(address, allow_redirects=False, timeout=10)
        for _step in range(MOST_STEPS):
            if response.is_redirect:
                target = urljoin(response.url, response.headers["Location"])
                if target.startswith(BACK):
                    return target
                response = browser.get(target, allow_redirects=False, timeout=10)
                continue
            assert response.ok, response.text
            action = re.search(r'<form[^>]*action="([^"]+)"', response.text)[1]
            prompt = re.search(r'name="prompt" value="(\w+)"', response.text)[1]
            form = {"prompt": prompt, "login": login, "password": "any"}
            response = browser.post(urljoin(response.url, action), data=form, allow_redirects=False, timeout=10)
    raise AssertionError("the provider did not send the browser back")
