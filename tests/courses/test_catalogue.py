from __future__ import annotations

import os
import shutil

import pytest

from tests.courses.small_course import FILES, edited, files
from webapp.core import clock
from webapp.courses import services
from webapp.courses.catalogue import NEVER, Shelf, catalogue, preload, shelf
from webapp.courses.files import from_archive
from webapp.courses.keeping import Kept
from webapp.courses.rules import NotPublished, UnknownCourse, UnknownRevision

TITLE = ("course.yaml", "{en: Water, zh-Hans: 水}", "{en: Rain, zh-Hans: 雨}")


@pytest.fixture
def shelf_of(database, shipped):
    """The shelf of the application, over a folder of the test's own; it looks at files and pointers when told."""
    own = database.extensions["courses"] = Shelf(shipped, watch=NEVER, follow=NEVER)
    yield own
    del database.extensions["courses"]


def look(own: Shelf) -> None:
    own.watch_due = own.follow_due = 0.0


def import_changed(*edit: str, **options):
    return services.import_course(files(edited(*(edit or TITLE))), now=clock.now(), **options)


def test_courses_of_the_folder_are_shown(shelf_of):
    assert [course.id for course in catalogue().courses] == ["water"]
    assert catalogue().course("fire") is None


def test_asking_again_asks_the_database_nothing(shelf_of, max_queries):
    catalogue()
    with max_queries(0):
        assert catalogue().course("water") is not None


def test_importing_shows_nothing_and_publishing_shows_it(shelf_of):
    shipped_revision = catalogue().course("water").revision
    imported = import_changed()
    shelf_of.look_again()
    assert catalogue().course("water").revision == shipped_revision
    services.publish("water", imported.revision, now=clock.now())
    assert catalogue().course("water").title["en"] == "Rain"
    assert catalogue().course("water").revision == imported.revision


def test_withdrawing_gives_the_folder_back(shelf_of):
    before = catalogue().course("water").revision
    imported = import_changed()
    services.publish("water", imported.revision, now=clock.now())
    assert catalogue().course("water").revision == imported.revision
    services.withdraw("water", now=clock.now())
    assert catalogue().course("water").revision == before


def test_another_worker_follows_the_pointer_in_one_query(shelf_of, shipped, max_queries):
    other = Shelf(shipped, watch=NEVER, follow=0.0)
    other.current()
    imported = import_changed()
    services.publish("water", imported.revision, now=clock.now())
    assert other.current().course("water").revision == imported.revision
    with max_queries(1):
        other.current()


def test_a_published_course_without_a_folder_is_shown_and_goes_when_withdrawn(shelf_of):
    imported = import_changed(course_id="rain")
    services.publish("rain", imported.revision, now=clock.now())
    assert [course.id for course in catalogue().courses] == ["rain", "water"]
    services.withdraw("rain", now=clock.now())
    assert [course.id for course in catalogue().courses] == ["water"]


def test_publishing_a_second_revision_moves_the_pointer(shelf_of):
    first, second = import_changed(), import_changed("course.yaml", "hours: 1.5", "hours: 2")
    for course in (first, second):
        services.publish("water", course.revision, now=clock.now())
    assert catalogue().course("water").revision == second.revision


def test_only_imported_revisions_of_the_course_can_be_published(shelf_of):
    imported = import_changed()
    with pytest.raises(UnknownRevision):
        services.publish("water", "0" * 64, now=clock.now())
    with pytest.raises(UnknownRevision):
        services.publish("fire", imported.revision, now=clock.now())
    with pytest.raises(NotPublished):
        services.withdraw("water", now=clock.now())


def test_the_shipped_folder_and_the_published_revision_can_be_exported(shelf_of):
    with pytest.raises(UnknownCourse):
        services.export_course("fire")
    again = services.import_course(from_archive(services.export_course("water")), now=clock.now())
    assert again.revision == catalogue().course("water").revision
    imported = import_changed()
    services.publish("water", imported.revision, now=clock.now())
    again = services.import_course(from_archive(services.export_course("water")), now=clock.now())
    assert again.revision == imported.revision


def test_a_saved_file_is_read_and_a_mistake_keeps_the_last_good_course(shelf_of, shipped):
    good = catalogue().course("water").revision
    path = shipped / "water" / "course.yaml"
    path.write_text(FILES["course.yaml"].replace("hours: 1.5", "hours: x"))
    look(shelf_of)
    assert catalogue().course("water").revision == good
    assert "expected a number" in catalogue().problems["water"][0].message
    path.write_text(FILES["course.yaml"].replace("hours: 1.5", "hours: 2"))
    look(shelf_of)
    assert catalogue().course("water").hours == 2
    assert catalogue().problems == {}


def test_an_unchanged_folder_is_not_read_again(shelf_of):
    before = catalogue()
    look(shelf_of)
    assert catalogue() is before


def test_a_removed_folder_is_no_course_any_more(shelf_of, shipped):
    catalogue()
    shutil.rmtree(shipped / "water")
    look(shelf_of)
    assert catalogue().courses == ()


def test_the_order_is_as_listed_then_by_id(shelf_of, shipped):
    for name in ("earth", "air"):
        shutil.copytree(shipped / "water", shipped / name)
    (shipped / "reference").mkdir()
    (shipped / "order.yaml").write_text("- water\n")
    assert [course.id for course in catalogue().courses] == ["water", "air", "earth"]


def test_production_does_not_look_at_files(shipped, app):
    own = Shelf(shipped)
    first = own.current()
    os.utime(shipped / "water" / "course.yaml", ns=(1, 1))
    assert own.current() is first


def test_what_was_read_ahead_is_not_read_again(shipped, monkeypatch):
    preload(shipped)
    monkeypatch.setattr("webapp.courses.reading.read_folder", None)
    own = Shelf(shipped, watch=NEVER, follow=NEVER)
    own.follow_due = NEVER
    assert [course.id for course in own.current().courses] == ["water"]


def test_a_published_revision_is_read_by_one_process_and_found_by_the_others(shelf_of, shipped, tmp_path, monkeypatch):
    kept = Kept(tmp_path / "kept", "k" * 40)
    imported = import_changed()
    services.publish("water", imported.revision, now=clock.now())
    first = Shelf(shipped, watch=NEVER, kept=kept).current().course("water")
    monkeypatch.setattr("webapp.courses.reading.read", None)
    assert Shelf(shipped, watch=NEVER, kept=kept).current().course("water") == first
    assert first.revision == imported.revision


def test_a_later_published_revision_is_not_the_one_that_was_kept(shelf_of, shipped, tmp_path):
    kept = Kept(tmp_path / "kept", "k" * 40)
    for course in (import_changed(), import_changed("course.yaml", "hours: 1.5", "hours: 2")):
        services.publish("water", course.revision, now=clock.now())
        assert Shelf(shipped, watch=NEVER, kept=kept).current().course("water").revision == course.revision
    assert len(list(kept.files.folder.glob("water@*"))) == 1


def test_the_application_has_one_shelf(app):
    assert shelf() is shelf()
    app.extensions.pop("courses")
