"""What is kept with an answer of the person who gave it: by what results can be split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from webapp.accounts import labels
from webapp.accounts.models import Organisation, OrganisationType, Person, PositionLevel, Sex
from webapp.core.database import db
from webapp.core.i18n import lazy
from webapp.core.suppression import LEAST
from webapp.places import queries as places
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson

# In the order in which an anonymous survey keeps them, as far as nobody can be told by them.
KEYS = ("group", "place", "organisation_type", "position_level", "sex")
LABELS = {
    "group": lazy("Group"), "place": lazy("Place"), "organisation_type": lazy("Type of organisation"),
    "position_level": lazy("Position level"), "sex": lazy("Sex"),
}
Values = tuple[Any, ...]


def of_person(survey: Survey, person_id: UUID) -> dict[str, Any]:
    """What is kept with the answer of somebody who is asked. Two queries, one for a named survey."""
    values = db.session.execute(_asked(survey).where(SurveyPerson.person_id == person_id)).first()
    if values is None:
        return {}
    kept = KEYS if survey.mode is SurveyMode.NAMED else safe_keys(_combinations(survey))
    return {key: value for key, value in zip(KEYS, map(_plain, values), strict=True) if key in kept and value not in (None, "")}


def _asked(survey: Survey) -> Any:
    return (
        select(SurveyPerson.group, Person.place_id, Organisation.type, Person.position_level, Person.sex)
        .join(Person, Person.id == SurveyPerson.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(SurveyPerson.survey_id == survey.id)
    )


def _combinations(survey: Survey) -> dict[Values, int]:
    columns = (SurveyPerson.group, Person.place_id, Organisation.type, Person.position_level, Person.sex)
    rows = db.session.execute(_asked(survey).add_columns(func.count()).group_by(*columns))
    return {tuple(row[:-1]): row[-1] for row in rows}


def safe_keys(combinations: Mapping[Values, int], least: int = LEAST) -> tuple[str, ...]:
    """Which dimensions a whole survey keeps. `combinations`: values in the order of `KEYS` to how many people have them.

    Each is added only if every combination of those kept that occurs among the people asked stands for at least `least` of them.
    That is k-anonymity by leaving whole columns out (L. Sweeney, 2002); leaving single values out would tell by what is missing.
    """
    kept: list[int] = []
    for number in range(len(KEYS)):
        sizes: Counter[Values] = Counter()
        for values, count in combinations.items():
            sizes[tuple(values[each] for each in (*kept, number))] += count
        if sizes and min(sizes.values()) >= least:
            kept.append(number)
    return tuple(KEYS[number] for number in kept)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (UUID, OrganisationType, Sex)) else value


def words(key: str, value: Any) -> str:
    """A value in words of the reader's language; as it stands where it means nothing any more. One query for a place."""
    try:
        match key:
            case "place":
                return places.full_names([UUID(str(value))]).get(UUID(str(value)), "")
            case "organisation_type":
                return str(labels.ORGANISATION_TYPES[OrganisationType(value)])
            case "position_level":
                return str(labels.POSITION_LEVELS[PositionLevel(int(value))])
            case "sex":
                return str(labels.SEXES[Sex(value)])
    except (KeyError, ValueError):
        pass
    return str(value)
