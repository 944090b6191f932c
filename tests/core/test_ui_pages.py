"""The page frame, the macros and the error pages, as a reader's browser gets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from flask import g, render_template_string
from wtforms import BooleanField, Form, PasswordField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from webapp.core.errors import PAGES, error_page
from webapp.core.i18n import LANGUAGES
from webapp.core.ui.views import CHAPTERS


class Page(HTMLParser):
    """Ids, labels and references of a page; what may not be in one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.wanted: set[str] = set()
        self.forbidden: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.wanted |= set(given.get(name, "").split())
        if given.get("href", "").startswith("#") and len(given["href"]) > 1:
            self.wanted.add(given["href"][1:])
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given) or (tag == "script" and "src" not in given):
            self.forbidden.append(str((tag, attrs)))
        if tag in ("link", "script", "img") and given.get("rel") not in ("canonical", "alternate"):
            self.loads.append(given.get("src") or given.get("href", ""))


def strict(text: str) -> Page:
    page = Page(text)
    assert page.forbidden == []
    assert len(page.ids) == len(set(page.ids)), sorted(page.ids)
    assert page.wanted <= set(page.ids), page.wanted - set(page.ids)
    assert all(address.startswith("/static/") for address in page.loads)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_component_is_sound_in_both_languages(client, chapter, language):
    answer = client.get(f"/styleguide/{chapter}?lang={language}")
    assert answer.status_code == 200
    page = strict(answer.text)
    assert f'<html lang="{language}">' in answer.text
    assert sum("/css/" in address for address in page.loads) <= 5


@pytest.mark.parametrize("path", ["/styleguide", "/styleguide/states"])
def test_a_page_names_its_other_language(client, path):
    text = client.get(f"{path}?lang=en&page=2").text
    assert '<link rel="alternate" hreflang="zh-Hans" href="http://localhost' + path + '?page=2&amp;lang=zh-Hans">' in text
    assert f'/language/zh-Hans?next={path.replace("/", "%2F")}%3Fpage%3D2' in text


def test_a_visitor_is_offered_to_sign_in_and_to_come_back(client):
    assert 'href="/sign-in?next=%2Fstyleguide%3Fpage%3D2"' in client.get("/styleguide?page=2").text


def test_somebody_signed_in_sees_name_and_way_out(app):
    with app.test_request_context("/styleguide?lang=en"):
        g.viewer = SimpleNamespace(name="<Wang> Jianing", has_role=lambda *_a, **_k: False)
        text = render_template_string('{% extends "ui/page.html" %}{% block title %}Sample{% endblock %}')
    assert "&lt;Wang&gt; Jianing" in text
    assert '<form method="post" action="/sign-out">' in text
    assert "/sign-in" not in text
    strict(text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", PAGES)
def test_every_error_says_what_happened_and_what_to_do(app, status, language):
    with app.test_request_context(f"/nowhere?lang={language}"):
        text = app.jinja_env.get_template("ui/error.html").render(status=status, message="")
    strict(text)
    headline = re.search("<h1>(.+?)</h1>", text)[1]
    assert re.search(r'<p class="lead">.+?</p>', text)
    assert re.search(r'<p class="measure">.+?</p>', text)
    assert bool(re.search(r"[\u4e00-\u9fff]", headline)) == (language == "zh-Hans")


@pytest.mark.parametrize("status", [500, 503])
def test_the_page_for_a_broken_database_asks_nobody_who_is_there(app, status, monkeypatch):
    def broken() -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("webapp.core.access._provider", broken)
    with app.test_request_context("/courses/"):
        monkeypatch.setitem(app.template_context_processors, None, [broken])
        text, answered = error_page(status)
    assert answered == status
    strict(text)


def test_an_error_shows_the_sentence_of_its_cause(app):
    with app.test_request_context("/"):
        text = app.jinja_env.get_template("ui/error.html").render(status=409, message="All 30 seats are taken.")
    assert '<p class="lead">All 30 seats are taken.</p>' in text


class Sample(Form):
    email = StringField("E-mail", [InputRequired("Please fill this in.")])
    password = PasswordField("Password")
    kind = RadioField("Kind", [InputRequired("Choose one.")], choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    agree = BooleanField("I agree")


FORM = """{% import "ui/macros.html" as ui %}{{ ui.errors(form) }}{% call ui.form(key="k1", data_save="/x") %}
{{ ui.field(form.email, hint="As on your letter", autocomplete="email") }}{{ ui.field(form.password) }}
{{ ui.field(form.kind) }}{{ ui.field(form.agree) }}
{% endcall %}"""


def rendered(app, template: str, **context) -> str:
    with app.test_request_context("/sample?lang=en&page=2&q=a+b"):
        return render_template_string(template, **context)


def test_a_field_ties_label_hint_and_error_to_its_control(app):
    form = Sample(data={"password": "secret"})
    form.validate()
    text = rendered(app, FORM, form=form)
    strict(text)
    control = re.search(r'<input[^>]*id="email"[^>]*>', text)[0]
    assert 'aria-describedby="email-hint email-error"' in control
    assert 'aria-invalid="true"' in control
    assert 'autocomplete="email"' in control
    assert "secret" not in text
    assert '<a href="#kind-0">' in text
    assert 'name="key" value="k1"' in text
    assert 'data-save="/x"' in text


def test_a_sound_form_shows_no_list_of_errors(app):
    text = rendered(app, FORM, form=Sample(data={"email": "a", "kind": "a"}))
    assert "aria-invalid" not in text
    assert "data-focus" not in text
    assert re.search(r'<input[^>]*value="a"[^>]*checked', text)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('{{ address("/sign-in", next=None, q="a b") }}', "/sign-in?q=a+b"),
        ("{{ with_query(page=3) }}", "/sample?lang=en&amp;page=3&amp;q=a+b"),
        ("{{ with_query(page=None) }}", "/sample?lang=en&amp;q=a+b"),
        ("{{ attributes({'data_x': '\"', 'hidden': True, 'title': None}) }}", ' data-x="&#34;" hidden'),
        ("{{ none|thousands }} {{ 1137|thousands }}", "– 1,137"),
        ("{{ '可持续发展目标<本地化'|whole_terms }}", '<span class="whole">可持续发展目标</span>&lt;本地化'),
        ("{{ ['A', 'B']|enumerated }}", "A, B"),
    ],
)
def test_templates_can_ask_for(app, template, expected):
    assert rendered(app, template) == expected


@pytest.mark.parametrize(
    "call", ['ui.badge("done")', "ui.ticks(3, 10, now=4)", 'ui.post_button("/x", "Do it", hidden={"a": "<"})', 'ui.goal(11, "Cities")']
)
def test_macros_work_alone(app, call):
    text = rendered(app, '{% import "ui/macros.html" as ui %}{{ ' + call + " }}")
    assert text.strip().startswith("<")
    strict(text)


def test_readers_hear_how_much_is_done(app):
    text = rendered(app, '{% import "ui/macros.html" as ui %}{{ ui.ticks([True, False, True], 3, now=2) }}')
    assert "2 of 3 done" in text
    assert text.count('class="done"') == 2
