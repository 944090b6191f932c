"""What is printed of the agenda: the agenda, sign-in sheets, name badges."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import time

import pypdfium2
import pytest
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.trainings.conftest import FIRST_DAY, LAST_DAY, NOW, AddTrainer, MakeParticipant, MakeSession, MakeTraining
from webapp.accounts.models import Organisation, OrganisationType
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.trainings import agenda_document
from webapp.trainings.badges_pdf import Badge, render
from webapp.trainings.models import AgendaItem, ItemKind, TrainerPart, Training, TrainingSession
from webapp.trainings.models_people import ParticipantState

Login = Callable[[str], FlaskClient]


def pages(data: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


@pytest.fixture
def training(make_training: MakeTraining, make_session: MakeSession) -> Training:
    found = make_training(title="长安区可持续发展目标本地化培训", room="301")
    halves = [
        make_session(found, day=day, starts=starts, ends=ends)
        for day in (FIRST_DAY, LAST_DAY) for starts, ends in ((time(9), time(12)), (time(14), time(17)))
    ]
    for half in halves:
        add_lines(half)
    return found


def add_lines(session: TrainingSession) -> None:
    db.session.add_all(
        AgendaItem(
            id=new_id(), session_id=session.id, position=at, minutes=minutes, kind=ItemKind.TALK, titles={"zh-Hans": zh, "en": en},
            materials={"zh-Hans": "课件", "en": "Slides"}, held_minutes=held, note=note,
        )
        for at, (minutes, zh, en, held, note) in enumerate([
            (30, "开班", "Opening", 45, "领导讲话较长"), (60, "规划对照", "Plan and targets", None, ""), (30, "交流", "Exchange", 0, ""),
        ])
    )
    db.session.commit()


@pytest.mark.parametrize(("language", "said"), [
    ("en", ["Agenda", "Monday, 14 December 2026, 09:00–12:00", "09:30–10:30", "Plan and targets", "Morning", "Slides", "Host", "301"]),
    ("zh-Hans", ["日程", "2026年12月14日", "09:30–10:30", "规划对照", "上午", "课件", "李建国"]),
])
def test_the_agenda_prints_in_either_language(login_as: Login, cast: Cast, training: Training, language, said):
    organisation = Organisation(id=new_id(), name="长安区发展和改革局", name_key="x", type=OrganisationType.GOVERNMENT, created_at=NOW)
    db.session.add(organisation)
    training.host = organisation
    db.session.commit()
    answer = login_as("trainer").get(f"/trainings/{training.id}/agenda.{language}.pdf")
    assert answer.mimetype == "application/pdf"
    text = "".join(pages(answer.data))
    for each in said:
        assert each in text


def test_the_agenda_as_held_has_other_times_notes_and_what_was_left_out(login_as: Login, training: Training):
    text = "".join(pages(login_as("trainer").get(f"/trainings/{training.id}/agenda.en.pdf?held=1").data))
    for each in ("Agenda as held", "09:00–09:45", "09:45–10:45", "领导讲话较长", "Left out: Exchange"):
        assert each in text


def test_the_agenda_is_a_word_file_too(login_as: Login, training: Training):
    answer = login_as("trainer").get(f"/trainings/{training.id}/agenda.zh-Hans.docx")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "规划对照" in archive.read("word/document.xml").decode()


def test_blocks_for_a_report_take_its_level_of_headings(database, cast: Cast, make_training: MakeTraining, make_session: MakeSession):
    training = make_training()
    add_lines(make_session(training))
    heading, table, left_out = agenda_document.blocks(training, "zh-Hans", held=True, level=2)
    assert (heading.text, heading.level) == ("上午", 2)
    assert table.caption == "2026年12月14日（星期一）09:00–12:00"
    assert [row[0] for row in table.rows] == ["09:00–09:45", "09:45–10:45"]
    assert left_out.text == "未进行：交流"


@pytest.mark.parametrize("name", ["agenda.en.pdf", "sign-in.en.pdf", "badges.en.pdf"])
def test_nobody_else_prints_them(login_as: Login, cast: Cast, add_trainer: AddTrainer, training: Training, name):
    there = f"/trainings/{training.id}/{name}"
    assert login_as("other_county").get(there).status_code == 404
    add_trainer(training, cast.learner, TrainerPart.OBSERVER)
    assert login_as("learner").get(there).status_code == (200 if name.startswith("agenda") else 403)
    assert login_as("trainer").get(there.replace(".en.", ".fr.")).status_code == 404


def test_a_sign_in_sheet_a_day_holds_both_half_days_and_names_by_their_sound(
    login_as: Login, training: Training, make_participant: MakeParticipant,
):
    for name in ("赵一", "Bob Chan", "陈二", "阿依古丽"):
        make_participant(training, name=name)
    make_participant(training, name="钱候补", state=ParticipantState.WAITING)
    sheets = pages(login_as("trainer").get(f"/trainings/{training.id}/sign-in.en.pdf").data)
    assert len(sheets) == 2
    for sheet in sheets:
        assert "Morning" in sheet
        assert "Afternoon" in sheet
        assert "钱候补" not in sheet
        order = [sheet.index(name) for name in ("阿依古丽", "Bob Chan", "陈二", "赵一")]
        assert order == sorted(order)
    assert "15 December 2026" in sheets[1]


def test_the_sheet_of_many_repeats_its_head_and_ends_with_empty_lines(
    login_as: Login, make_training: MakeTraining, make_session: MakeSession, make_participant: MakeParticipant,
):
    training = make_training()
    make_session(training)
    for number in range(40):
        make_participant(training, name=f"学员{number:02}")
    sheets = pages(login_as("trainer").get(f"/trainings/{training.id}/sign-in.zh-Hans.pdf").data)
    assert 2 <= len(sheets) <= 3
    assert all("姓名" in sheet for sheet in sheets[:2])
    assert "45" in sheets[-1]


@pytest.mark.parametrize(("count", "expected"), [(0, 1), (1, 1), (7, 1), (8, 2), (39, 5)])
def test_eight_badges_a_sheet_trainers_first(
    login_as: Login, make_training: MakeTraining, make_participant: MakeParticipant, count, expected,
):
    training = make_training()
    for number in range(count):
        make_participant(training, name=f"学员{number:02}")
    sheets = pages(login_as("trainer").get(f"/trainings/{training.id}/badges.zh-Hans.pdf").data)
    assert len(sheets) == expected
    assert "李建国" in sheets[0]
    assert sum(sheet.count("学员") for sheet in sheets) == 2 * count


@pytest.mark.parametrize("name", [
    "王", "阿不都热依木江·买买提艾力·吐尔逊托合提", "Wolfeschlegelsteinhausenbergerdorff-Nonnenmacher Adolph Blaine", "محمد بن عبد الرحمن",
    "བསྟན་འཛིན་རྒྱ་མཚོ", "𠮷野家", "X" * 120, "👩🏽\u200d🌾 Farmer", " ",
])
def test_a_name_in_any_script_and_of_any_length_fits_its_badge(name):
    data = render([Badge(name, "长安区" * 60, "学员")], event="Training " * 20, title="Badges", language="zh-Hans")
    page = pypdfium2.PdfDocument(data)[0]
    boxes = [each.get_bounds() for each in page.get_objects() if each.type == 1]
    width, height = page.get_size()
    assert boxes
    left, top = (width - 2 * 90 * 72 / 25.4) / 2, (height + 4 * 65 * 72 / 25.4) / 2
    for box in boxes:
        assert box[0] >= left - 1
        assert box[2] <= left + 90 * 72 / 25.4 + 1
        assert box[3] <= top + 1
        assert box[1] >= top - 65 * 72 / 25.4 - 1
