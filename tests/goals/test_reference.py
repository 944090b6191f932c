from __future__ import annotations

import re

import pytest

from webapp.goals.reference import BadReference, goal, read, reference


def test_17_goals_and_169_targets_in_both_languages():
    found = reference()
    assert [item.number for item in found.goals] == list(range(1, 18))
    assert sum(len(item.targets) for item in found.goals) == len(found.targets) == 169
    assert sum(target.means for target in found.targets.values()) == 62
    for item in found.goals:
        assert re.fullmatch(r"#[0-9A-F]{6}", item.colour)
        for texts in (item.title, item.full_title, item.pillar, *(target.label for target in item.targets)):
            assert set(texts) == {"en", "zh-Hans"}
        assert all(target.id.split(".")[0] == str(item.number) for target in item.targets)


def test_goals_and_targets_are_found_by_number_and_id():
    assert goal(11).title["zh-Hans"] == "可持续城市和社区"
    assert goal(0) is None
    assert goal(18) is None
    assert reference().target("11.7") is not None
    assert reference().target("11.8") is None


@pytest.mark.parametrize("text", [
    "", "[]", '{"goals": []}', '{"pillars": {}, "goals": [{"number": 1}]}', "[", '{"pillars": {}, "goals": "x"}', "\xff",
])
def test_a_wrong_reference_is_refused_with_its_name(tmp_path, text):
    path = tmp_path / "goals.json"
    path.write_text(text)
    with pytest.raises(BadReference, match=r"goals\.json"):
        read(path)
    with pytest.raises(BadReference):
        read(tmp_path / "none.yaml")


def test_a_target_knows_its_goal_its_address_and_its_neighbours():
    found = reference()
    last = found.target("1.b")
    assert (last.goal, last.path) == (1, "/goals/1/1.b/")
    assert [each.id for each in found.beside(last)] == ["1.a", "2.1"]
    assert found.beside(found.target("1.1"))[0] is None
    assert found.beside(found.target("17.19"))[1] is None
