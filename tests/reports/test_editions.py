"""What everybody sees of a published report: a page and files in both languages, no names, no small group."""

from __future__ import annotations

import io
import time
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from pypdf import PdfReader

from tests.reports.conftest import finish
from tests.reports.world import hold
from webapp.core import storage
from webapp.core.database import db
from webapp.core.file_kinds import judge
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import files
from webapp.reports import services
from webapp.reports.models import Report, ReportEdition
from webapp.trainings import records
from webapp.trainings.models import TrainingState
from webapp.trainings.models_onsite import TrainingFile


@pytest.fixture
def photo(world, cast):
    """A photo with a place in it, chosen for the report."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "home of somebody"
    Image.new("RGB", (3000, 2000), "green").save(out, "JPEG", exif=exif)
    with unit_of_work():
        kind = judge(out.getvalue(), "hall.jpg")
        row = storage.store(
            content=out.getvalue(), name="hall.jpg", kind=kind, person_id=cast.ids["trainer"], now=world.training.changed_at,
        )
        db.session.add(TrainingFile(
            training_id=world.training.id, file_id=row.id, caption="分组讨论", in_report=True, person_id=cast.ids["trainer"],
            added_at=world.training.changed_at,
        ))
    return row.id


@pytest.fixture
def code(photo, go):
    for who, move in (("trainer", "submit"), ("staff", "approve"), ("trainer", "publish")):
        assert go(who, move).status_code == 303
    return db.session.query(ReportEdition).one().code


def words_of_pdf(content):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def words_of_docx(content):
    return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()


def test_everybody_reads_the_edition_and_nobody_is_named(client, code):
    page = client.get(f"/reports/{code}?lang=en")
    assert page.status_code == 200
    assert "Edition 1" in page.text
    assert "学员0" not in page.text
    assert "李建国" in page.text
    assert client.get(f"/reports/{code.lower()}?lang=en").status_code == 302
    assert client.get("/reports/0000-0000-0000-0").status_code == 404


def test_groups_under_five_are_not_shown(client, code):
    page = client.get(f"/reports/{code}?lang=en").text
    table = page.split("Type of organisation")[-1].split("</table>")[0]
    assert table.count("not shown") == 2
    assert "not shown" not in page.split("Level of position")[-1].split("</table>")[0]


@pytest.mark.parametrize(("tag", "title", "head"), [
    ("zh-Hans", "训后报告", "数据口径说明"), ("en", "Post-training report", "What the figures count"),
])
def test_files_in_both_languages_say_the_same(client, code, tag, title, head):
    pdf = client.get(f"/reports/{code}.{tag}.pdf")
    word = client.get(f"/reports/{code}.{tag}.docx")
    assert (pdf.status_code, word.status_code) == (200, 200)
    for text in (words_of_pdf(pdf.data).replace("\n", ""), words_of_docx(word.data)):
        assert title in text
        assert head in text
        assert "长安区发展和改革局" in text
        assert "学员0" not in text
        assert code in text
    assert client.get(f"/reports/{code}.xx.pdf").status_code == 404
    assert client.get(f"/reports/{code}.txt").status_code == 404


def test_a_text_in_one_language_is_printed_in_the_other_and_says_so(client, code):
    text = words_of_pdf(client.get(f"/reports/{code}.en.pdf").data)
    assert "written in" in text
    assert "headings and figures are translated" in client.get(f"/reports/{code}?lang=en").text
    assert "headings and figures are translated" not in client.get(f"/reports/{code}?lang=zh-Hans").text


def test_photos_are_made_small_and_tell_nothing_of_the_camera(client, code, photo):
    answer = client.get(f"/reports/{code}/photos/1")
    assert answer.mimetype == "image/jpeg"
    picture = Image.open(io.BytesIO(answer.data))
    assert max(picture.size) == 1400
    assert not picture.getexif()
    assert client.get(f"/reports/{code}/photos/2").status_code == 404
    with unit_of_work():
        db.session.query(TrainingFile).delete()
        db.session.query(storage.StoredFile).filter_by(id=photo).delete()
    assert client.get(f"/reports/{code}/photos/1").status_code == 404
    assert client.get(f"/reports/{code}.en.pdf").status_code == 200


def test_a_published_photo_stays_when_the_trainer_takes_it_away(client, code, photo, world):
    with unit_of_work():
        db.session.query(TrainingFile).delete()
    files.sweep(world.training.changed_at + timedelta(days=365))
    assert db.session.get(storage.StoredFile, photo) is not None
    assert client.get(f"/reports/{code}/photos/1").status_code == 200
    with unit_of_work():
        db.session.query(ReportEdition).delete()
        db.session.query(Report).update({"figures": None})
    files.sweep(world.training.changed_at + timedelta(days=365))
    assert db.session.get(storage.StoredFile, photo) is None


def test_a_draft_is_previewed_and_says_what_it_is(login_as, photo, begun):
    url = f"/trainings/{begun.training.id}/report/preview"
    browser = login_as("observer")
    public, exact = (words_of_pdf(browser.get(f"{url}.pdf?lang=en{more}").data) for more in ("", "&exact=1"))
    for text in (public, exact):
        assert "Draft, not published" in text
    assert "not shown" in public
    assert "not shown" not in exact
    assert browser.get(f"{url}.docx?lang=zh-Hans").status_code == 200


def test_the_page_asks_little_however_often(client, code, max_queries):
    client.get(f"/reports/{code}")
    with max_queries(3):
        client.get(f"/reports/{code}?lang=en")


def test_two_hundred_people_are_printed_quickly(make_training, cast, client, login_as, at, now):
    at(now)
    training = make_training(state=TrainingState.REPORTING)
    hold(training, 200)
    with unit_of_work():
        services.begin(training=records.locked(training.id), person=cast.trainer, now=now)
    finish(training.id)
    begun = time.monotonic()
    for form in ("pdf", "docx"):
        assert login_as("trainer").get(f"/trainings/{training.id}/report/preview.{form}").status_code == 200
    assert time.monotonic() - begun < 30
