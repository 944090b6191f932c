from __future__ import annotations

import pytest

from webapp.courses.catalogue import NEVER, Shelf, catalogue


@pytest.fixture
def media(app, client, shipped):
    app.extensions["courses"] = Shelf(shipped, watch=NEVER, follow=NEVER)
    yield client
    del app.extensions["courses"]


def test_an_image_is_public_may_be_kept_and_runs_nothing(media):
    response = media.get("/courses/water/media/hill.svg")
    assert response.status_code == 200
    assert response.content_type == "image/svg+xml"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"].startswith("public")


def test_an_image_with_its_hash_is_kept_for_good(media):
    digest = catalogue().course("water").media["hill.svg"].digest[:12]
    assert "immutable" in media.get(f"/courses/water/media/hill.svg?v={digest}").headers["Cache-Control"]
    assert "immutable" not in media.get("/courses/water/media/hill.svg?v=old").headers["Cache-Control"]


def test_an_image_that_has_not_changed_is_not_sent_again(media):
    tag = media.get("/courses/water/media/hill.svg").headers["ETag"]
    assert media.get("/courses/water/media/hill.svg", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", ["water/media/hill.en.yaml", "water/media/none.svg", "fire/media/hill.svg", "water/media/../course.yaml"])
def test_nothing_but_images_is_given_out(media, path):
    assert media.get(f"/courses/{path}").status_code == 404
