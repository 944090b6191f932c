"""What an operation on places changes and what it does not, in sentences with numbers, before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, current_language
from webapp.core.ui.dates import day_text
from webapp.places.plans import Plan
from webapp.places.requests import Close, Merge, Move, Rename, Split
from webapp.portal.place_history import Here, here, listed

SHOWN = 20


@dataclass(frozen=True)
class Preview:
    """`moved` are the first places whose path changes, as (name, old path, new path); `more` how many others there are."""

    title: str
    submit: str
    changes: Sequence[str]
    stays: Sequence[str]
    moved: Sequence[tuple[str, str, str]]
    more: int
    planned: bool


def preview(planned: Plan, now: datetime, today: date) -> Preview:
    """The sentences of a plan. One query."""
    heir = planned.target.id if planned.target is not None and planned.has_heir else None
    numbers = here([place.id for place in planned.places], now, heir)
    moved = [(place.name(), old, new) for place, old, new in planned.moved if old != new]
    return Preview(
        title=_title(planned), submit=_submit(planned, today), changes=[*_own(planned, len(moved)), *_followers(planned, numbers)],
        stays=_stays(planned, numbers), moved=moved[:SHOWN], more=max(0, len(moved) - SHOWN), planned=planned.day > today,
    )


def _names(planned: Plan) -> str:
    return listed(place.name() for place in planned.places)


def _title(planned: Plan) -> str:
    match planned.request:
        case Rename():
            return _("Rename %(place)s", place=_names(planned))
        case Merge():
            assert planned.target is not None
            return _("Merge %(places)s into %(heir)s", places=_names(planned), heir=planned.target.name())
        case Split():
            return _("Split %(place)s", place=_names(planned))
        case Move():
            return _("Move %(place)s", place=_names(planned))
        case Close():
            return _("Close %(place)s", place=_names(planned))


def _submit(planned: Plan, today: date) -> str:
    return _("Plan for %(day)s", day=written(planned.day)) if planned.day > today else _("Do it now")


def _own(planned: Plan, paths: int) -> list[str]:
    """What happens to the places themselves."""
    first, day = planned.places[0], written(planned.day)
    found: list[str] = []
    match planned.request:
        case Rename() as request:
            old, new = " / ".join(first.names.values()), " / ".join(request.names.values())
            found.append(_("From %(day)s the name is %(new)s; until then it was %(old)s.", day=day, new=new, old=old))
            found.append(_n(
                "%(num)d place below it gets another full name.", "%(num)d places below it get another full name.", len(planned.below)
            ))
        case Merge():
            assert planned.target is not None
            found.append(_(
                "From %(day)s on %(heir)s takes the place of %(places)s.", places=_names(planned), day=day, heir=planned.target.name(),
            ))
        case Split() as request:
            parts = listed(f"{_name(part.names)} ({part.code})" for part in request.parts)
            found.append(_("%(place)s closes on %(day)s; these places open: %(parts)s.", place=first.name(), day=day, parts=parts))
            found.append(_("%(heir)s is the successor.", heir=_name(request.parts[request.heir].names)))
        case Move() as request:
            above = planned.full_name(planned.target, current_language()) if planned.target else _("the top of the country")
            found.append(_("From %(day)s %(place)s stands below %(parent)s.", day=day, place=first.name(), parent=above))
            if request.code and request.code != first.code:
                found.append(_("Its code becomes %(new)s; until then it was %(old)s.", new=request.code, old=first.code))
        case Close():
            found.append(_("%(place)s closes on %(day)s; no place stands for it.", place=first.name(), day=day))
    if paths:
        found.append(_n(
            "The place in the tree changes for %(num)d place, listed below.",
            "The place in the tree changes for %(num)d places, listed below.", paths,
        ))
    return found


def _followers(planned: Plan, numbers: Here) -> list[str]:
    """Who and what goes along."""
    if isinstance(planned.request, Close):
        return []
    if not planned.has_heir:
        return [_n(
            "%(num)d role granted for it holds for it as before, wherever it stands.",
            "%(num)d roles granted for it hold for it as before, wherever it stands.", numbers.roles,
        )]
    going = numbers.organisations - numbers.namesakes
    found = [
        _n("%(num)d person registered here goes to the successor.", "%(num)d people registered here go to the successor.", numbers.people),
        _n("%(num)d organisation goes to the successor.", "%(num)d organisations go to the successor.", going),
        _n("%(num)d role granted here holds for the successor.", "%(num)d roles granted here hold for the successor.", numbers.roles),
    ]
    if numbers.namesakes:
        found.append(_n(
            "%(num)d organisation has a namesake at the successor and stays here until you merge the two.",
            "%(num)d organisations have a namesake at the successor and stay here until you merge them.", numbers.namesakes,
        ))
    if isinstance(planned.request, Split):
        found.append(
            _("Move those who belong to another part there afterwards: people and organisations in their lists, roles one by one.")
        )
    return found


def _stays(planned: Plan, numbers: Here) -> list[str]:
    """What is not touched."""
    found = [_n(
        "%(num)d event counted here keeps the place of its moment; no past total changes.",
        "%(num)d events counted here keep the place of their moment; no past total changes.", numbers.events,
    )]
    found.append(_("Certificates, results and the audit trail stay as they are."))
    found.append(_("What the place was until then stays in its history, and statistics can be shown by the tree of any day."))
    if isinstance(planned.request, Close):
        found.append(_n(
            "%(num)d person stays registered here until they choose another place.",
            "%(num)d people stay registered here until they choose another place.", numbers.people,
        ))
        found.append(_n(
            "%(num)d role granted here holds for no open place.", "%(num)d roles granted here hold for no open place.", numbers.roles,
        ))
    return found


def written(day: date) -> str:
    """A day as the reader writes it."""
    return day_text(day, current_language(), UTC)


def _name(names: dict[str, str]) -> str:
    return names.get(current_language()) or next(iter(names.values()), "")
