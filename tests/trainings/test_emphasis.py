"""What deserves more time: three plain rules, each with its reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.trainings.emphasis import MOST, OF_BANKS, OF_SKILLS, OF_TOPICS, Said, Weak, emphasis

COURSE = "tot-1-introduction"
STEPS = [(COURSE, step) for step in (
    "from-mdgs-to-sdgs", "the-17-goals", "three-principles", "what-localizing-means", "competence-sorting", "who-does-what",
    "stakeholder-map", "alignment-and-monitoring", "plan-alignment", "china-and-your-role",
)]
weak = st.builds(Weak, st.sampled_from(sorted(OF_BANKS)), st.just("Topic"), st.floats(0, 100), st.integers(0, 40))


def said(known):
    return st.integers(0, 40).flatmap(
        lambda n: st.builds(Said, st.sampled_from(sorted(known)), st.just("Words"), st.integers(0, n), st.just(n)),
    )


def test_a_step_for_which_two_rules_speak_comes_before_one_with_a_larger_share(app):
    found = emphasis(
        [Weak("principles", "Principles", 42.4, 23)], [Said("basics", "The 2030 Agenda", 20, 22)],
        [Said("explain", "Explain it", 21, 22), Said("targets", "Find targets", 4, 22)], STEPS,
    )
    assert [each.step[1] for each in found.steps] == ["what-localizing-means", "three-principles", "the-17-goals"]
    assert found.steps[1].reasons == [
        "Test before: 42% of the points in “Principles” (23 people).",
        "Wanted: “The 2030 Agenda” is among the first three of 20 of 22 people.",
    ]
    assert found.steps[0].reasons[1] == "Skills: “Explain it” is new to, or only heard of by, 21 of 22 people."
    assert found.elsewhere == []


def test_what_no_step_of_the_courses_teaches_is_told_apart(app):
    found = emphasis([], [Said("finance", "Budget and finance", 15, 20)], [], STEPS)
    assert found.steps == []
    assert found.elsewhere == ["Wanted: “Budget and finance” is among the first three of 15 of 20 people."]


def test_of_topics_at_most_the_three_weakest_speak(app):
    found = emphasis([Weak(key, key, 50 - number, 10) for number, key in enumerate(sorted(OF_BANKS))], [], [], STEPS)
    assert len({reason for each in found.steps for reason in each.reasons}) <= 3


@given(st.lists(weak, max_size=6), st.lists(said(OF_TOPICS), max_size=6), st.lists(said(OF_SKILLS), max_size=6))
def test_nothing_is_suggested_from_few_people_or_without_a_reason(app, weakest, wanted, low):
    found = emphasis(weakest, wanted, low, STEPS)
    assert len(found.steps) <= MOST
    assert len({each.step for each in found.steps}) == len(found.steps)
    assert all(each.reasons and each.step in STEPS for each in found.steps)
    strengths = [(-len(each.rules), -each.share) for each in found.steps]
    assert strengths == sorted(strengths)
    if all(each.n < 5 for each in (*weakest, *wanted, *low)):
        assert not found.steps
        assert not found.elsewhere
