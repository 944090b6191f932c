"""The log of the day, photos and files."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from PIL import Image

from webapp.core.database import db
from webapp.core.storage import StoredFile, content_of
from webapp.questionnaires import files as sweeping
from webapp.trainings import photos
from webapp.trainings.models import TrainerPart, Training, TrainingState
from webapp.trainings.models_onsite import DayLog, TrainingFile

MORNING = datetime(2026, 12, 14, 1, 5, tzinfo=UTC)
DAY = "2026-12-14"


@pytest.fixture
def notes(make_training, make_session, at):
    at(MORNING)
    training = make_training(state=TrainingState.RUNNING)
    make_session(training)
    return f"/trainings/{training.id}/notes"


def picture(form="JPEG", size=(60, 40)):
    """A photo whose camera wrote where it was."""
    drawn, out = Image.new("RGB", size, "red"), io.BytesIO()
    about = Image.Exif()
    about[0x010F] = "A camera of somebody"
    about.get_ifd(0x8825)[1] = "N"
    drawn.save(out, form, exif=about)
    return out.getvalue()


def add(client, notes, *files, **form):
    listed = [(io.BytesIO(content), name) for content, name in files]
    return client.post(f"{notes}/files?lang=en", data={"key": str(uuid4()), "files": listed, **form}, content_type="multipart/form-data")


def test_the_log_is_written_and_shown(login_as, notes):
    trainer = login_as("trainer")
    assert trainer.post(f"{notes}/{DAY}", data={"text": "上午40人到场。", "version": "0"}).status_code == 303
    assert "上午40人到场。" in trainer.get(notes).text


def test_of_two_who_write_at_once_both_texts_are_shown(login_as, notes, database):
    trainer = login_as("trainer")
    trainer.post(f"{notes}/{DAY}", data={"text": "Theirs.", "version": "0"})
    page = trainer.post(f"{notes}/{DAY}?lang=en", data={"text": "Mine.", "version": "0"})
    assert page.status_code == 409
    assert "Theirs." in page.text
    assert "Mine." in page.text
    assert db.session.scalars(sa.select(DayLog.text)).one() == "Theirs."
    version = re.search(r'name="version" value="(\d+)"', page.text)[1]
    assert trainer.post(f"{notes}/{DAY}", data={"text": "Theirs. Mine.", "version": version}).status_code == 303
    assert db.session.scalars(sa.select(DayLog.text)).one() == "Theirs. Mine."


def test_saving_the_same_text_again_is_no_clash(login_as, notes):
    trainer = login_as("trainer")
    for _click in range(2):
        assert trainer.post(f"{notes}/{DAY}", data={"text": "Once.", "version": "0"}).status_code == 303
    assert db.session.scalars(sa.select(DayLog.version)).one() == 1


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_a_day_that_is_none_does_not_exist(login_as, notes, day):
    assert login_as("trainer").post(f"{notes}/{day}", data={"text": "x", "version": "0"}).status_code == 404


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_photo_is_kept_without_what_the_camera_wrote(login_as, notes, form):
    assert add(login_as("trainer"), notes, (picture(form), "大合影.jpg"), caption="合影", in_report="y").status_code == 303
    row = db.session.scalars(sa.select(TrainingFile)).one()
    assert (row.caption, row.in_report) == ("合影", True)
    with Image.open(io.BytesIO(content_of(db.session.get(StoredFile, row.file_id)))) as kept:
        assert kept.size == (60, 40)
        assert not kept.getexif()
        assert "exif" not in kept.info


def test_large_photos_become_of_a_size_for_print():
    with Image.open(io.BytesIO(photos.cleaned(picture(size=(4000, 3000)), "image/jpeg"))) as kept:
        assert max(kept.size) == photos.LONGEST_SIDE


def test_a_document_is_kept_but_never_in_the_report(login_as, notes):
    add(login_as("trainer"), notes, (b"%PDF-1.4 minutes", "minutes.pdf"), in_report="y")
    assert db.session.scalars(sa.select(TrainingFile.in_report)).one() is False


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"MZ\x00\x01", "a.exe", "no PDF, picture"), (b"GIF89a\x01\x00\x01\x00", "a.gif", "JPEG or PNG"),
        (b"\xff\xd8\xff\xe0broken", "a.jpg", "damaged"), (b"", "empty.pdf", "empty"),
    ],
)
def test_what_is_not_taken_is_named_and_the_others_stay(login_as, notes, content, name, said):
    page = add(login_as("trainer"), notes, (content, name), (picture(), "good.jpg"))
    assert page.status_code == 422
    assert said in page.text
    assert len(db.session.scalars(sa.select(TrainingFile)).all()) == 1


def test_no_file_at_all_is_said(login_as, notes):
    page = add(login_as("trainer"), notes)
    assert page.status_code == 422
    assert "choose at least one" in page.text


def test_a_file_taken_away_comes_back_by_undo_once(login_as, notes):
    trainer = login_as("trainer")
    add(trainer, notes, (picture(), "a.jpg"), caption="合影")
    file_id = db.session.scalars(sa.select(TrainingFile.id)).one()
    page = trainer.post(f"{notes}/files/{file_id}", data={"remove": "y"})
    assert trainer.get(f"{notes}/files/{file_id}").status_code == 404
    token = re.search(r'name="token" value="([^"]+)"', page.text)[1]
    for _click in range(2):
        assert trainer.post(f"{notes}/restore", data={"token": token}).status_code == 303
    assert db.session.scalars(sa.select(TrainingFile)).one().caption == "合影"
    assert trainer.get(f"{notes}/files/{file_id}", buffered=True).mimetype == "image/jpeg"
    assert trainer.post(f"{notes}/restore", data={"token": "made-up"}).status_code == 303


def test_photos_are_not_swept_with_the_files_of_sheets(login_as, notes):
    add(login_as("trainer"), notes, (picture(), "a.jpg"))
    sweeping.sweep(MORNING + timedelta(days=30))
    row = db.session.scalars(sa.select(TrainingFile)).one()
    assert content_of(db.session.get(StoredFile, row.file_id))


def test_observers_read_and_others_see_nothing(login_as, notes, make_trainer, add_trainer, other_trainer):
    add(login_as("trainer"), notes, (picture(), "a.jpg"))
    file_id = db.session.scalars(sa.select(TrainingFile.id)).one()
    add_trainer(db.session.scalars(sa.select(Training)).one(), make_trainer("observer", role=None), TrainerPart.OBSERVER)
    observer, stranger = login_as("observer"), login_as("other_trainer")
    assert observer.get(f"{notes}/files/{file_id}", buffered=True).status_code == 200
    assert observer.post(f"{notes}/{DAY}", data={"text": "x", "version": "0"}).status_code == 403
    assert {stranger.get(url).status_code for url in (notes, f"{notes}/files/{file_id}")} == {404}


def test_the_page_costs_the_same_with_many_files(login_as, notes, max_queries):
    trainer = login_as("trainer")
    with max_queries(8):
        trainer.get(notes)
    add(trainer, notes, *[(picture(), f"{number}.jpg") for number in range(5)])
    with max_queries(8):
        trainer.get(notes)
