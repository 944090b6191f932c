"""Reads a course from its files: an immutable course, or every problem at once. No database, no application."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from webapp.core.i18n import _
from webapp.courses import bibliography, labels, media, parity
from webapp.courses.assessment import read_bank, read_quiz
from webapp.courses.content import Bank, Completion, Course, Lesson, Quiz, QuizKind, Step, StepKind
from webapp.courses.exercises import read_exercises, read_forms
from webapp.courses.facilitator import read_facilitation
from webapp.courses.files import CourseFiles, from_folder
from webapp.courses.lessons import Draft, Reading, finish, read_draft
from webapp.courses.library import Library, library
from webapp.courses.problems import BadCourse, Findings
from webapp.courses.questions import Question, number
from webapp.courses.reference_files import SOURCES
from webapp.courses.revisions import Text, revision_of
from webapp.courses.schema_errors import check
from webapp.courses.schemas import RESERVED_STEPS, CourseFile
from webapp.courses.tags import ID_PATTERN
from webapp.courses.yaml_text import Document

PLACES = re.compile(
    r"course\.yaml|sources\.yaml|README[^/]*|LICENCE[^/]*|lessons/[^/]+\.md|(?:banks|quizzes)/[^/]+\.yaml|media/[^/]+"
    r"|exercises/[^/]+\.yaml|forms/[ab]\.yaml|facilitator/.+",
)

KINDS = tuple(kind.value for kind in StepKind)


def read_folder(folder: Path) -> Course:
    """The course in a folder. Raises `BadCourse`."""
    return read(from_folder(folder))


def read(source: CourseFiles, course_id: str | None = None, shared: Library | None = None) -> Course:
    """The course in these files; its id is the folder's name unless given. Raises `BadCourse` with all problems.

    `shared` holds the bibliography and the glossary; the shipped ones unless given.
    """
    findings = Findings()
    findings.extend(source.problems)
    course = _read(source, course_id or source.name, shared or library(), findings)
    problems = findings.sorted()
    if problems or course is None:
        raise BadCourse(problems)
    return course


def _read(source: CourseFiles, course_id: str, shared: Library, findings: Findings) -> Course | None:
    if len(course_id) > 60 or not re.fullmatch(ID_PATTERN, course_id):
        findings.add("course.yaml", 0, _(
            "The folder's name is the id of the course. Expected lower-case letters, digits and single hyphens, at most 60.",
        ))
    for path in source.files:
        if not PLACES.fullmatch(path):
            findings.add(path, 0, _("The file is in no known place. Expected lessons/, banks/, quizzes/ or media/."))
    reading = Reading(course_id, source.files, (), (), findings)
    if "course.yaml" not in source.files:
        findings.add("course.yaml", 0, _("The file is missing."))
        return None
    document = reading.yaml("course.yaml")
    reading.languages = declared_languages(document, findings)
    reading.sources, reading.glossary = known_sources(reading, shared), shared.glossary
    entry = check(CourseFile, document, findings, languages=reading.languages) if document else None
    # The parts are checked even if course.yaml is wrong, so that an author sees everything at once.
    raw_steps = _raw_steps(document)
    reading.steps = frozenset(step_id for _kind, step_id in raw_steps)
    lessons = _lessons(reading, [step_id for kind, step_id in raw_steps if kind == "lesson"])
    seen: dict[str, str] = {}
    banks, questions = _banks(reading, seen)
    quizzes = _quizzes(reading, banks)
    exercises = read_exercises(reading, _modes(document))
    forms = read_forms(reading, seen)
    facilitation = read_facilitation(reading)
    if document is None or entry is None:
        return None
    steps = _steps(reading, document, entry)
    completion = _completion(reading, document, entry, steps)
    _check_kinds(reading, document, completion, quizzes)
    _check_award(reading, document, entry)
    if len(findings):
        return None
    good = {name: bank for name, bank in banks.items() if bank is not None}
    parts = {
        "steps": steps, "lessons": lessons, "quizzes": quizzes, "banks": good, "questions": questions, "completion": completion,
        "exercises": exercises, "forms": forms, "facilitation": facilitation,
    }
    return _course(course_id, source, entry, parts)


def declared_languages(document: Document | None, findings: Findings) -> tuple[str, ...]:
    """Languages of course.yaml as far as they can be made out; all of them if there are none."""
    value = document.value.get("languages") if document and isinstance(document.value, dict) else None
    if not isinstance(value, list):
        return labels.languages()
    known = labels.languages()
    for index, tag in enumerate(value):
        if tag not in known and document:
            findings.add("course.yaml", document.line(("languages", index)), _(
                "Found the language “%(tag)s”. Expected one of: %(known)s.", tag=tag, known=", ".join(known),
            ))
    if len(set(map(str, value))) < len(value) and document:
        findings.add("course.yaml", document.line(("languages",)), _("A language comes twice."))
    return tuple(dict.fromkeys(tag for tag in value if tag in known)) or known


def known_sources(reading: Reading, shared: Library) -> dict[str, bibliography.Source]:
    """The shared bibliography; where the course has its own entry, that one."""
    document = reading.yaml(SOURCES) if SOURCES in reading.files else None
    own = bibliography.read_sources(document, reading.languages, reading.findings) if document else {}
    return {**shared.sources, **own}


def _raw_steps(document: Document | None) -> list[tuple[str, str]]:
    """Kinds and ids of the steps as far as they can be made out."""
    entries = document.value.get("steps") if document and isinstance(document.value, dict) else None
    found: list[tuple[str, str]] = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            found.extend((kind, value) for kind, value in entry.items() if kind in KINDS and isinstance(value, str))
    return found


def _modes(document: Document | None) -> dict[str, str]:
    """The modes of the exercises, by id."""
    entries = document.value.get("steps") if document and isinstance(document.value, dict) else None
    steps = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {str(step["exercise"]): str(step.get("mode") or "alone") for step in steps if "exercise" in step}


def _lessons(reading: Reading, wanted: list[str]) -> dict[str, Lesson]:
    lessons: dict[str, Lesson] = {}
    drafts: dict[str, dict[str, Draft]] = {}
    for lesson_id in dict.fromkeys(wanted):
        if not re.fullmatch(ID_PATTERN, lesson_id):
            continue
        found = {tag: read_draft(reading, lesson_id, tag) for tag in reading.languages}
        drafts[lesson_id] = {tag: draft for tag, draft in found.items() if draft is not None}
        if len(drafts[lesson_id]) > 1:
            parity.compare(drafts[lesson_id], reading.findings)
        lesson = finish(reading, lesson_id, drafts[lesson_id])
        if lesson is not None:
            lessons[lesson_id] = lesson
    expected = {f"lessons/{lesson_id}.{tag}.md" for lesson_id in wanted for tag in reading.languages}
    for path in reading.files:
        if path.startswith("lessons/") and path not in expected:
            reading.findings.add(path, 0, _(
                "No step uses this lesson. Expected a step `lesson: …` in course.yaml, in a language it declares.",
            ))
    return lessons


def _banks(reading: Reading, seen: dict[str, str]) -> tuple[dict[str, Bank | None], dict[str, Question]]:
    banks: dict[str, Bank | None] = {}
    for path in reading.files:
        if path.startswith("banks/"):
            banks[path.removeprefix("banks/").removesuffix(".yaml")] = read_bank(reading, path, seen)
    questions = {question.id: question for bank in banks.values() if bank for question in bank.questions}
    return banks, questions


def _quizzes(reading: Reading, banks: Mapping[str, Bank | None]) -> dict[str, Quiz]:
    quizzes: dict[str, Quiz] = {}
    for path in reading.files:
        if path.startswith("quizzes/"):
            quiz = read_quiz(reading, path, banks)
            if path.removeprefix("quizzes/").removesuffix(".yaml") not in reading.steps:
                reading.findings.add(path, 0, _("No step uses this quiz. Expected a step `quiz: …` in course.yaml."))
            if quiz is not None:
                quizzes[quiz.id] = quiz
    return quizzes


def _steps(reading: Reading, document: Document, entry: CourseFile) -> tuple[Step, ...]:
    steps: list[Step] = []
    seen: set[str] = set()
    for index, item in enumerate(entry.steps):
        line = document.line(("steps", index))
        named = [(kind, step_id) for kind in StepKind if (step_id := getattr(item, kind.value)) is not None]
        if len(named) != 1:
            reading.findings.add(document.file, line, _("A step is either `lesson: …`, `exercise: …` or `quiz: …`."))
            continue
        kind, step_id = named[0]
        if item.mode and kind is not StepKind.EXERCISE:
            reading.findings.add(document.file, document.line(("steps", index, "mode")), _("“mode” belongs to an exercise."))
        if step_id in seen or step_id in RESERVED_STEPS:
            reading.findings.add(document.file, line, _("The step id “%(id)s” comes twice or is kept for the system.", id=step_id))
        if kind is StepKind.QUIZ and f"quizzes/{step_id}.yaml" not in reading.files:
            reading.findings.add(document.file, line, _("There is no quiz “%(id)s”. Expected the file quizzes/%(id)s.yaml.", id=step_id))
        if kind is StepKind.EXERCISE and f"exercises/{step_id}.yaml" not in reading.files:
            reading.findings.add(document.file, line, _(
                "There is no exercise “%(id)s”. Expected the file exercises/%(id)s.yaml.", id=step_id,
            ))
        seen.add(step_id)
        steps.append(Step(kind, step_id, index + 1))
    return tuple(steps)


def _completion(reading: Reading, document: Document, entry: CourseFile, steps: tuple[Step, ...]) -> Completion:
    of_kind = {kind: [step.id for step in steps if step.kind is kind] for kind in StepKind}
    rule = entry.completion
    wanted = {
        "lessons": of_kind[StepKind.LESSON] if rule.lessons == "all" else rule.lessons,
        "exercises": of_kind[StepKind.EXERCISE] if rule.exercises == "all" else rule.exercises,
        "quizzes": rule.quizzes,
    }
    for kind, key in ((StepKind.LESSON, "lessons"), (StepKind.EXERCISE, "exercises"), (StepKind.QUIZ, "quizzes")):
        for index, step_id in enumerate(wanted[key]):
            if step_id not in of_kind[kind]:
                reading.findings.add(document.file, document.line(("completion", key, index)), _(
                    "“%(id)s” is not a step of this kind. Expected one of: %(known)s.",
                    id=step_id, known=", ".join(of_kind[kind]) or _("nothing"),
                ))
    if not any(wanted.values()):
        line = document.line(("completion",))
        reading.findings.add(document.file, line, _("Nothing is needed to complete the course. Expected a lesson, an exercise or a quiz."))
    return Completion(tuple(wanted["lessons"]), tuple(wanted["quizzes"]), tuple(wanted["exercises"]))


def _check_award(reading: Reading, document: Document, entry: CourseFile) -> None:
    if entry.certificate and not entry.completion.quizzes:
        reading.findings.add(document.file, document.line(("certificate",)), _(
            "A certificate says that a quiz was passed: expected a quiz under completion, or certificate: false."
        ))


def _check_kinds(reading: Reading, document: Document, completion: Completion, quizzes: Mapping[str, Quiz]) -> None:
    for index, quiz_id in enumerate(completion.quizzes):
        quiz = quizzes.get(quiz_id)
        if quiz is not None and quiz.kind is QuizKind.CHECK:
            reading.findings.add(document.file, document.line(("completion", "quizzes", index)), _(
                "“%(id)s” is a check, which nobody has to pass. Expected a quiz with kind: final.", id=quiz_id,
            ))


def _course(course_id: str, source: CourseFiles, entry: CourseFile, parts: Mapping[str, Any]) -> Course:
    course = Course(
        id=course_id, revision="", languages=tuple(entry.languages),
        title=Text(entry.title), subtitle=Text(entry.subtitle), summary=Text(entry.summary),
        hours=number(entry.hours), goal=entry.goal, objectives=tuple(Text(objective) for objective in entry.objectives),
        authors=tuple(each if isinstance(each, str) else Text(each) for each in entry.authors),
        licence=entry.licence, revised=entry.revised,
        steps=parts["steps"], completion=parts["completion"], certificate=entry.certificate, edition=entry.edition,
        lessons=MappingProxyType(dict(parts["lessons"])), quizzes=MappingProxyType(dict(parts["quizzes"])),
        banks=MappingProxyType(dict(parts["banks"])), questions=MappingProxyType(dict(parts["questions"])),
        media=media.served(source.files),
        exercises=MappingProxyType(dict(parts["exercises"])), forms=MappingProxyType(dict(parts["forms"])),
        facilitation=parts["facilitation"],
    )
    return replace(course, revision=revision_of("course", course.to_content()))
