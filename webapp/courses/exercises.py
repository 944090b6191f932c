"""Reads the exercises of a course and its two parallel tests."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import _
from webapp.courses.assessment import read_questions
from webapp.courses.content import Form
from webapp.courses.lessons import Reading
from webapp.courses.questionnaire.content import Exercise, Mode
from webapp.courses.questionnaire.reading import read_document
from webapp.courses.questions import Question
from webapp.courses.revisions import Text
from webapp.courses.schema_errors import check
from webapp.courses.schemas import FormFile
from webapp.courses.yaml_text import Document

BEFORE, AFTER = "forms/a.yaml", "forms/b.yaml"


def read_exercises(reading: Reading, modes: Mapping[str, str]) -> dict[str, Exercise]:
    """The exercises that read well, by id; the rest is noted, as is one that no step uses."""
    found: dict[str, Exercise] = {}
    for path in reading.files:
        if not path.startswith("exercises/"):
            continue
        exercise_id = path.removeprefix("exercises/").removesuffix(".yaml")
        if exercise_id not in modes:
            reading.findings.add(path, 0, _("No step uses this exercise. Expected a step `exercise: …` in course.yaml."))
        document = reading.yaml(path)
        questionnaire = read_document(
            document, exercise_id, reading.findings, languages=reading.languages, known_sources=reading.sources,
        ) if document else None
        mode = modes.get(exercise_id, Mode.ALONE)
        if questionnaire is not None and mode in set(Mode):
            found[exercise_id] = Exercise(questionnaire, Mode(mode))
    return found


def read_forms(reading: Reading, seen: dict[str, str]) -> dict[str, Form]:
    """Both parallel tests, or none; `seen` holds the ids of questions read so far and where they are."""
    paths = [path for path in (BEFORE, AFTER) if path in reading.files]
    if len(paths) == 1:
        reading.findings.add(paths[0], 0, _("Parallel tests come in two. Expected the files forms/a.yaml and forms/b.yaml."))
    documents = {path: reading.yaml(path) for path in paths}
    forms = {path: _form(reading, path, document, seen) for path, document in documents.items() if document is not None}
    good = {path: form for path, form in forms.items() if form is not None}
    if len(good) == 2:
        _compare(reading, documents[AFTER], good[BEFORE].questions, good[AFTER].questions)
    return {form.id: form for form in good.values()}


def _form(reading: Reading, path: str, document: Document, seen: dict[str, str]) -> Form | None:
    entry = check(FormFile, document, reading.findings, languages=reading.languages)
    if entry is None:
        return None
    questions = read_questions(reading, document, entry.questions, seen)
    if len(questions) < len(entry.questions):
        return None
    return Form(path.removeprefix("forms/").removesuffix(".yaml"), Text(entry.title), Text(entry.intro), questions)


def _compare(reading: Reading, document: Document | None, first: tuple[Question, ...], second: tuple[Question, ...]) -> None:
    """A change between the tests must come from learning: each question has one in the other as hard, of its type and topics."""
    assert document is not None
    if len(first) != len(second):
        reading.findings.add(document.file, document.line(("questions",)), _(
            "Found %(here)d questions; %(file)s has %(there)d. Parallel tests have the same number.",
            here=len(second), there=len(first), file=BEFORE,
        ))
        return
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        for key, here, there in (
            ("type", other.type.value, one.type.value), ("difficulty", str(other.difficulty), str(one.difficulty)),
            ("points", str(other.points), str(one.points)), ("tags", ", ".join(sorted(other.tags)), ", ".join(sorted(one.tags))),
        ):
            if here != there:
                reading.findings.add(document.file, document.line(("questions", index, key)), _(
                    "“%(key)s” is %(here)s; the question at the same place of %(file)s, “%(id)s”, has %(there)s.",
                    key=key, here=here or _("nothing"), there=there or _("nothing"), file=BEFORE, id=one.id,
                ))
