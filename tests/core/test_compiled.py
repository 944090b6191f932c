"""Templates compiled once for all workers: the same page, in each language, and compiled again when anything changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import g
from jinja2 import DictLoader

from webapp.core.kept_files import KeptFiles
from webapp.core.ui import compiled
from webapp.core.ui.compiled import KeptTemplates
from webapp.core.ui.speaking import ConstantMessages, SpeakingEnvironment

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

KEY = "k" * 32
PAGE = "{{ _('Sign in') }}, {{ name }}"


class Counting(SpeakingEnvironment):
    compilations = 0

    def _compile(self, source: str, filename: str) -> object:
        type(self).compilations += 1
        return super()._compile(source, filename)


@pytest.fixture
def pages(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Render a source as a new process does; and how often it was compiled."""
    monkeypatch.setattr(Counting, "compilations", 0)

    def render(language: str, source: str = PAGE, key: str = KEY) -> tuple[str, int]:
        before = Counting.compilations
        environment = Counting(app, extensions=[ConstantMessages], autoescape=True, loader=DictLoader({"page.html": source}))
        environment.globals.update(app.jinja_env.globals)
        environment.bytecode_cache = KeptTemplates(KeptFiles(tmp_path / "templates", key, "templates"))
        with app.app_context():
            g.language = language
            text = environment.get_template("page.html").render(name="<Li>")
        return text, Counting.compilations - before

    return render


def test_a_page_is_compiled_once_in_each_language_and_stays_the_same(pages) -> None:
    first = {tag: pages(tag) for tag in ("en", "zh-Hans")}
    assert first == {"en": ("Sign in, &lt;Li&gt;", 1), "zh-Hans": ("登录, &lt;Li&gt;", 1)}
    assert {tag: pages(tag) for tag in first} == {tag: (text, 0) for tag, (text, _times) in first.items()}


def test_another_source_another_key_or_another_program_is_compiled_again(pages, monkeypatch: pytest.MonkeyPatch) -> None:
    pages("en")
    assert pages("en", source="New") == ("New", 1)
    pages("en")
    assert pages("en", key="other" * 8)[1] == 1
    pages("en")
    monkeypatch.setattr(compiled, "_program", lambda: b"another")
    assert pages("en")[1] == 1


@pytest.mark.parametrize(("source", "english", "chinese"), [
    ("{{ _('Sign in') }} {{ name }}", "Sign in &lt;Li&gt;", "登录 &lt;Li&gt;"),
    (
        '{{ _("You can read everything without an account.") }} {{ _("You sign in with %(email)s.", email=name) }} <a>x</a>',
        "You can read everything without an account. You sign in with &lt;Li&gt;. <a>x</a>",
        "不注册也能阅读全部内容。您使用&lt;Li&gt;登录。<a>x</a>",
    ),
    (
        '{% if name %}{{ ngettext("%(num)d attempt is left.", "%(num)d attempts are left.", 2) }}{% endif %} {{ name }}',
        "2 attempts are left. &lt;Li&gt;", "还可作答2次。&lt;Li&gt;",
    ),
])
def test_no_blank_follows_a_chinese_full_stop(pages, source: str, english: str, chinese: str) -> None:
    assert (pages("en", source)[0], pages("zh-Hans", source)[0]) == (english, chinese)
