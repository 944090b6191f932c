"""Whatever an author saves, the check answers with problems, never with a failure of its own."""

from __future__ import annotations

import contextlib

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.courses.small_course import FILES, files
from webapp.courses.problems import BadCourse
from webapp.courses.reading import read

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**18), st.floats(allow_nan=True), st.text(max_size=12), st.dates(),
    st.sampled_from(["springs", "final", "water", "single", "numeric", "all", "en", "zh-Hans", "[^un-70-1]", "media/hill.svg", "../x"]),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=8,
)
YAML_FILES = ["course.yaml", "banks/water.yaml", "quizzes/final.yaml", "media/hill.en.yaml"]


def paths(value, here=()):
    yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from paths(inner, (*here, key))


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=250)
@given(st.sampled_from(YAML_FILES), st.data())
def test_any_value_in_any_place_of_any_file(name, data):
    whole = yaml.safe_load(FILES[name])
    path = data.draw(st.sampled_from(list(paths(whole))))
    text = yaml.safe_dump(replaced(whole, path, data.draw(values)), allow_unicode=True)
    with contextlib.suppress(BadCourse):
        read(files({name: text}))


@settings(max_examples=150)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 600), st.integers(0, 40), st.text(max_size=12) | st.binary(max_size=8))
def test_any_damage_to_any_file(name, start, length, put):
    data = FILES[name].encode()
    inserted = put if isinstance(put, bytes) else put.encode("utf-8", "surrogatepass")
    with contextlib.suppress(BadCourse):
        read(files({name: data[:start] + inserted + data[start + length:]}))


MARKS = [
    "[", "]", "(", ")", "*", "_", "`", "```\n", ":::", "::: think ", "::: case\n", "\n", "\n\n", "| a | b |\n", "|---|---|\n", "Table: x\n",
    "## ", "# ", "- ", "1. ", "> ", "    ", "[^un-70-1]", "[^note-a]", "[^note-a]: ", '![a](media/hill.svg "c")', "==", "<b>", "&amp;",
    "\\", "字", "a", " ", ":   ",
]


@settings(max_examples=250)
@given(st.lists(st.sampled_from(MARKS), max_size=60).map("".join))
def test_any_markdown(body):
    front, _sep, _body = FILES["lessons/springs.en.md"].partition("---\n## ")
    with contextlib.suppress(BadCourse):
        read(files({"lessons/springs.en.md": front + "---\n" + body + "[^un-70-1]\n"}))
