"""Templates compiled once a language: messages without variables are translated then, not at every request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask.templating import Environment
from jinja2 import Template
from jinja2.ext import Extension

from webapp.core.i18n import current_language, plural_form, speaking, translated

if TYPE_CHECKING:
    from jinja2.environment import TemplateModule
    from jinja2.runtime import Context

# `{{ _("Sign in") }}`: one literal, nothing else. What has variables is left to the request.
CONSTANT = re.compile(r"""\{\{-?\s*_\(\s*(?P<quote>["'])(?P<text>(?:(?!(?P=quote))[^\\{}%])*)(?P=quote)\s*\)\s*-?\}\}""")

# A message on its own and the blank behind it, perhaps with the ends or beginnings of branches between them.
FOLLOWED = re.compile(
    r"""(?P<said>\{\{\s*(?P<call>_|ngettext)\(\s*"(?P<text>[^"]*)"(?:[^"{}]|"[^"]*")*\)\s*\}\}(?:\{%[^{}]*%\})*)[ ]+(?=\S)""",
)
# What ends a Chinese sentence or opens a list brings its own blank.
WIDE = ("。", "！", "？", "；", "：")


class ConstantMessages(Extension):
    """Replaces constant messages in the source by their translation into the environment's language."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002  Jinja's signature
        """The source with constant messages translated; messages are ours and may hold markup, so nothing is escaped."""
        language = getattr(self.environment, "language", None)
        if language is None:
            return source
        with speaking(language):
            return CONSTANT.sub(_translate, FOLLOWED.sub(_close_up, source))


def _translate(found: re.Match[str]) -> str:
    text: str = translated(found["text"])
    # What Jinja would read as its own, and trimming, keep the slow way.
    if "{" in text or "-" in (found[0][2], found[0][-3]):
        return found[0]
    return text


def _close_up(found: re.Match[str]) -> str:
    message = translated(found["text"]) if found["call"] == "_" else plural_form(found["text"])
    return found["said"] if message.endswith(WIDE) else found[0]


class SharedTemplate(Template):
    """A template whose macros are made once, however often it is imported."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:  # noqa: ARG002  Jinja's signature
        # All our templates have the same globals: Jinja would compare two sets of their names at each import on each page.
        return super()._get_default_module()


class SpeakingEnvironment(Environment):
    """An environment that answers with the templates of the reader's language."""

    template_class = SharedTemplate
    language: str | None = None

    def in_language(self, tag: str) -> SpeakingEnvironment:
        """The environment of one language; it shares globals and filters with this one."""
        known: dict[str, SpeakingEnvironment] = self.__dict__.setdefault("_languages", {})
        if tag not in known:
            overlay = self.overlay()
            assert isinstance(overlay, SpeakingEnvironment)
            overlay.language = tag
            known[tag] = overlay
        return known[tag]

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002  Jinja's signature
        """The template in the reader's language."""
        if self.language is None:
            return self.in_language(current_language()).get_template(name, parent, globals)
        if self.auto_reload or globals or not isinstance(name, str):
            return super().get_template(name, parent, globals)
        # Jinja keeps templates in the order of their use, behind a lock; each page asks for half a dozen.
        ready: dict[str, Template] = self.__dict__.setdefault("_ready", {})
        found = ready.get(name)
        if found is None:
            found = ready[name] = super().get_template(name, parent, globals)
        return found


