from __future__ import annotations

from uuid import UUID

import pytest
from flask import url_for
from werkzeug.routing import BuildError, Map, Rule

from webapp.core.routing import Route

RULES = (
    ("/", "home", {}), ("/courses/<course_id>/", "course", {}), ("/people/<uuid:person_id>/roles", "roles", {}),
    ("/list/", "list", {"defaults": {"page": 1}}), ("/list/<int:page>", "list", {}),
)
WANTED = (
    ("home", {}), ("home", {"lang": "en"}), ("course", {"course_id": "水 & more"}), ("course", {"course_id": "a", "page": 2}),
    ("roles", {"person_id": UUID(int=7)}), ("list", {"page": 1}), ("list", {"page": 3, "order": ["a", "b"]}),
)


@pytest.mark.parametrize(("endpoint", "values"), WANTED)
def test_it_builds_the_addresses_that_werkzeug_builds(endpoint, values):
    ours, theirs = (
        Map([kind(path, endpoint=name, **options) for path, name, options in RULES]).bind("site.example") for kind in (Route, Rule)
    )
    assert [ours.build(endpoint, values) for _turn in range(2)] == [theirs.build(endpoint, values)] * 2
    assert ours.build(endpoint, values, append_unknown=False) == theirs.build(endpoint, values, append_unknown=False)


def test_a_missing_value_is_refused_as_before():
    with pytest.raises(BuildError):
        Map([Route("/courses/<course_id>/", endpoint="course")]).bind("site.example").build("course")


def test_the_application_uses_it(app):
    with app.test_request_context():
        assert url_for("learning.course", course_id="water") == "/courses/water/"
    assert {type(rule) for rule in app.url_map.iter_rules()} == {Route}
