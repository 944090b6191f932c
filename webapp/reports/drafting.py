"""The first draft of a report, in plain sentences made from its figures and the county profile, in the language in force.

It spares a trainer the empty page and nothing else: every text begins with a line that says it is a draft, and what the record does
not tell stands in brackets. Neither may be left in a report that is submitted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from typing import Any

from webapp.core.charts.shapes import figures as number
from webapp.core.frozen import dataclass
from webapp.core.hours import hours as in_hours
from webapp.core.i18n import _, _n, current_language, localised
from webapp.core.ui.dates import day_text, days_text
from webapp.reports import rules
from webapp.reports.digest import MOST, Digest
from webapp.reports.figures import Figures
from webapp.reports.published import mean_step


@dataclass(frozen=True)
class Draft:
    """Texts by field, and rows of recommendations by column."""

    texts: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]


def draft(figures: Figures, profile: Digest) -> Draft:
    """A first draft of everything that can be said."""
    made = {
        "context": _context(figures, profile), "plan-link": _plan(profile), "preparation": _preparation(figures),
        "needs": _needs(figures), "sessions": _sessions(figures), "products": _products(figures), "learning": _learning(figures),
        "satisfaction": _satisfaction(figures), "conclusions": _conclusions(figures), "thanks": _thanks(figures),
    }
    mark = rules.MARKS.get(current_language(), rules.MARKS["en"])
    return Draft({key: "\n".join([mark, _joined(said)]) for key, said in made.items()}, _recommendations(figures))


def _joined(sentences: Iterable[str]) -> str:
    """Sentences as one paragraph: Chinese ones stand without spaces."""
    return ("" if current_language().startswith("zh") else " ").join(each for each in sentences if each)


def to_add(what: str) -> str:
    """Something that the record does not tell, in brackets."""
    tag = current_language()
    return rules.OPENING.get(tag, rules.OPENING["en"]) + what + rules.CLOSING.get(tag, rules.CLOSING["en"])


def listed(names: Iterable[str]) -> str:
    """Names in a row, each once."""
    return ("、" if current_language().startswith("zh") else "; ").join(dict.fromkeys(each for each in names if each))


def period(about: Mapping[str, Any]) -> str:
    """The days of the training."""
    if not about["first_day"]:
        return to_add(_("days"))
    return days_text(date.fromisoformat(about["first_day"]), date.fromisoformat(about["last_day"]), current_language(), UTC)


def _context(figures: Figures, profile: Digest) -> list[str]:
    about = figures["about"]
    return [
        _("%(place)s has %(number)s residents.", place=localised(about["place"]), number=profile.population) if profile.population else "",
        profile.portrait or to_add(_("what marks the place, and what it struggles with")),
        _("The training “%(title)s” was held from %(days)s at %(venue)s.", title=localised(about["titles"]), days=period(about),
          venue=about["venue"] or to_add(_("venue"))) if about["first_day"] != about["last_day"] or not about["first_day"] else
        _("The training “%(title)s” was held on %(days)s at %(venue)s.", title=localised(about["titles"]), days=period(about),
          venue=about["venue"] or to_add(_("venue"))),
        _("Its purpose: %(purpose)s", purpose=_ended(about["purpose"] or profile.purpose or to_add(_("what the training was for")))),
        _("It was hosted by %(host)s.", host=about["host"]) if about["host"] else to_add(_("host organisation")),
    ]


def _ended(text: str) -> str:
    """A text that ends as a sentence does."""
    said = text.strip()
    stop = "。" if current_language().startswith("zh") else "."
    return said if said.endswith((".", "。", "!", "！", "?", "？", "]", "］")) else said + stop


def _plan(profile: Digest) -> list[str]:
    if not profile.plan:
        return [to_add(_("which plan was worked on, and which of its objectives"))]
    plan = profile.plan.strip("《》")
    objectives = _n(
        "The county profile takes %(num)d objective from it.", "The county profile takes %(num)d objectives from it.",
        len(profile.objectives),
    ) if profile.objectives else ""
    return [
        _("The participants worked on the plan “%(plan)s” (%(years)s).", plan=plan, years=profile.years) if profile.years
        else _("The participants worked on the plan “%(plan)s”.", plan=plan), objectives,
        _("Among them: %(objectives)s.", objectives=listed(profile.objectives[:MOST])) if profile.objectives else "",
        _("By a first guess they concern Goals %(goals)s.", goals=listed(profile.goals)) if profile.goals else "",
        _("First priorities of the government: %(priorities)s.", priorities=listed(profile.priorities)) if profile.priorities else "",
        to_add(_("what the comparison with the Goals showed")),
    ]


def _preparation(figures: Figures) -> list[str]:
    counts, courses = figures["counts"], listed(localised(each) for each in figures["about"]["courses"])
    return [
        _n("%(num)d person was invited.", "%(num)d people were invited.", counts["invited"]) if counts["invited"] else "",
        _n("%(num)d registered.", "%(num)d registered.", counts["registered"]),
        _("The content came from: %(courses)s.", courses=courses) if courses else "",
        _answered(figures, "needs", _("needs survey")), to_add(_("with whom the training was agreed, and what was adapted to the county")),
    ]


def _answered(figures: Figures, kind: str, called: str) -> str:
    survey = figures["surveys"].get(kind)
    if not survey or not survey["asked"] or survey["answered"] is None:
        return ""
    return _("%(answered)d of %(asked)d people asked have answered the %(survey)s.", answered=survey["answered"], asked=survey["asked"],
             survey=called)


def _needs(figures: Figures) -> list[str]:
    tests, survey = figures["tests"], figures["surveys"].get("needs")
    said = []
    for grid in (survey or {}).get("grids", ()):
        rows = sorted(grid["rows"], key=lambda row: mean_step(row["counts"]))[:MOST]
        weak = listed(localised(row["label"]) for row in rows)
        said.append(_("Before the training the participants felt least sure of: %(rows)s.", rows=weak))
    for choice in (survey or {}).get("choices", ()):
        if choice["id"] == "topics":
            wanted = sorted(choice["options"], key=lambda each: -each["count"])[:MOST]
            said.append(_("Most wanted topics: %(topics)s.", topics=listed(localised(each["label"]) for each in wanted)))
    weakest = [localised(each) for each in (tests or {}).get("weakest", ())]
    said.append(_("In the test before, these topics were weakest: %(topics)s.", topics=listed(weakest)) if weakest else "")
    return [*said, to_add(_("what followed from this for the agenda"))] if any(said) else [to_add(_("what the participants needed"))]


def _weakest(tests: Mapping[str, Any] | None) -> list[str]:
    """The two weakest topics after the training."""
    topics = [each for each in (tests or {}).get("topics", ()) if each["after"] is not None]
    return [localised(each["label"]) for each in sorted(topics, key=lambda each: float(each["after"]))[:2]]


def _sessions(figures: Figures) -> list[str]:
    hours, counts, agenda = figures["hours"], figures["counts"], figures["agenda_minutes"]
    told = [each for each in figures["agenda"] if each["kind"] in ("lesson", "exercise", "talk") and each["held"] != 0]
    titles = [localised(each["titles"]) for each in told]
    dropped = [localised(each["titles"]) for each in figures["agenda"] if each["held"] == 0]
    return [
        _n("%(num)d session was held.", "%(num)d sessions were held.", hours["held"]),
        _("Together they lasted %(hours)s hours.", hours=number(in_hours(hours["held_minutes"]))) if hours["held_minutes"] else "",
        _n("%(num)d person attended.", "%(num)d people attended.", counts["attended"]),
        _n("%(num)d person met the rule of the training.", "%(num)d people met the rule of the training.", counts["completed"])
        if counts["completed"] else "",
        _("The agenda as held: %(items)s.", items=listed(titles)) if titles else "",
        _("Left out: %(items)s.", items=listed(dropped)) if dropped else "",
        "" if agenda["noted"] else to_add(_("what took longer or shorter than planned")),
        to_add(_("what was discussed most")),
    ]


def _products(figures: Figures) -> list[str]:
    exercises = [localised(each["titles"]) for each in figures["agenda"] if each["kind"] == "exercise" and each["held"] != 0]
    plans = figures["counts"]["plans"]
    return [
        _("In groups the participants worked on: %(exercises)s.", exercises=listed(exercises)) if exercises else "",
        _n("%(num)d personal action plan was written.", "%(num)d personal action plans were written.", plans) if plans else "",
        to_add(_("what the groups found, and where it is kept")),
    ]


def _learning(figures: Figures) -> list[str]:
    tests = figures["tests"]
    found = tests and tests["gain"]
    if not found:
        return [to_add(_("what the participants can do now that they could not before"))]
    weakest = _weakest(tests)
    said = [
        _n("%(num)d person took both tests.", "%(num)d people took both tests.", tests["both"]),
        _("Their mean score was %(before)s per cent before and %(after)s per cent after the training.",
          before=number(round(found["before"], 1)), after=number(round(found["after"], 1))),
    ]
    if found["low"] is not None and found["low"] > 0:
        said.append(_("The gain is clear: it is more than chance explains."))
    elif found["low"] is not None:
        said.append(_("With so few people the difference may be chance."))
    said.append(_("Weakest after the training: %(topics)s.", topics=listed(weakest)) if weakest else "")
    return [*said, to_add(_("what explains it"))]


def _satisfaction(figures: Figures) -> list[str]:
    survey = figures["surveys"].get("satisfaction")
    if not survey or not survey["answered"]:
        return [to_add(_("what the participants said at the end"))]
    overall = next((each for each in survey["scales"] if each["id"] == "overall"), None)
    said = [_answered(figures, "satisfaction", _("satisfaction survey"))]
    if overall:
        said.append(_("On a scale from %(first)d to %(last)d they rate the training %(mean)s on average.", first=overall["from"],
                      last=overall["to"], mean=number(round(overall["mean"], 1))))
    rows = [row for grid in survey["grids"] if grid["id"] in ("content", "organisation") for row in grid["rows"]]
    if rows:
        ordered = sorted(rows, key=lambda row: mean_step(row["counts"]))
        said.append(_("Most agreement: %(row)s.", row=localised(ordered[-1]["label"])))
        said.append(_("Least agreement: %(row)s.", row=localised(ordered[0]["label"])))
    return [*said, to_add(_("what should change next time"))]


def _conclusions(figures: Figures) -> list[str]:
    counts, place = figures["counts"], localised(figures["about"]["place"])
    return [
        _n(
            "With this training %(place)s has %(num)d official who has worked on its plan with the Goals.",
            "With this training %(place)s has %(num)d officials who have worked on its plan with the Goals.",
            counts["attended"], place=place,
        ),
        to_add(_("what the county can do now, and what is still in the way")),
    ]


def _thanks(figures: Figures) -> list[str]:
    host = figures["about"]["host"]
    return [_("We thank %(host)s for hosting the training.", host=host) if host else to_add(_("whom to thank"))]


def _recommendations(figures: Figures) -> list[dict[str, str]]:
    """Who does it is for the trainers to say: without it no report goes out."""
    rows = [
        {"recommendation": _("Take up “%(topic)s” again, which was weakest in the test after the training", topic=topic),
         "first-step": _("Choose the lesson and a date")}
        for topic in _weakest(figures["tests"])[:1]
    ]
    return [*rows, {"recommendation": _("Bring what the participants found into the plan in force"), "first-step": to_add(_("first step"))}]


def day(text: str) -> str:
    """An ISO day in words."""
    return day_text(date.fromisoformat(text), current_language(), UTC)
