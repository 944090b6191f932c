"""The shipped places of China."""

from __future__ import annotations

import csv
import json
from collections import Counter
from importlib.resources import files

import pytest

from tools import places_china
from webapp.places.checks import check
from webapp.places.declarations import read_declaration
from webapp.places.rules import BEGINNING
from webapp.places.tables import read_table

FOLDER = files("webapp.places") / "data"


@pytest.fixture(scope="module")
def rows():
    found, problems = read_table((FOLDER / "china.csv").read_bytes())
    assert problems == []
    return {row.code: row for row in found}


def test_the_table_fits_its_declaration(rows):
    declared = read_declaration((FOLDER / "china.yaml").read_text(encoding="utf-8"))
    assert check(list(rows.values()), declared.scheme, {}, BEGINNING) == []


def test_the_units_are_as_many_as_the_official_list_has(rows):
    kinds = Counter(row.kind for row in rows.values())
    assert (kinds["province"], kinds["autonomous-region"], kinds["municipality"], kinds["special-administrative-region"]) == (23, 5, 4, 2)
    assert kinds["city"] + kinds["prefecture"] + kinds["autonomous-prefecture"] + kinds["league"] == 333
    assert len(rows) == 34 + 333 + 2846


@pytest.mark.parametrize(
    ("code", "parent", "kind"),
    [
        ("110101", "110000", "district"),
        ("500229", "500000", "county"),
        ("419001", "410000", "county-level-city"),
        ("429021", "420000", "forestry-district"),
        ("659001", "650000", "county-level-city"),
        ("469021", "460000", "county"),
        ("520203", "520200", "special-district"),
        ("330521", "330500", "county"),
        ("710000", "", "province"),
        ("810000", "", "special-administrative-region"),
        ("152500", "150000", "league"),
        ("532900", "530000", "autonomous-prefecture"),
    ],
)
def test_levels_that_a_place_does_not_have_are_skipped(rows, code, parent, kind):
    assert (rows[code].parent, rows[code].kind) == (parent, kind)


@pytest.mark.parametrize("code", ["441900", "442000", "460400", "620200"])
def test_cities_without_counties_hold_none(rows, code):
    assert rows[code].kind == "city"
    assert not [row for row in rows.values() if row.parent == code]


def test_no_stand_in_is_a_place(rows):
    assert not [row for row in rows.values() if row.names["zh-Hans"] in {"市辖区", "县"} or "直辖县级" in row.names["zh-Hans"]]


@pytest.mark.parametrize(
    ("code", "english"),
    [
        ("610000", "Shaanxi Province"),
        ("140000", "Shanxi Province"),
        ("150000", "Inner Mongolia Autonomous Region"),
        ("540000", "Xizang Autonomous Region"),
        ("650000", "Xinjiang Uygur Autonomous Region"),
        ("810000", "Hong Kong Special Administrative Region"),
        ("150100", "Hohhot City"),
        ("650100", "Urumqi City"),
        ("653100", "Kashi Prefecture"),
        ("540100", "Lhasa City"),
        ("230100", "Harbin City"),
        ("500000", "Chongqing Municipality"),
        ("341500", "Lu'an City"),
        ("341600", "Bozhou City"),
        ("140400", "Changzhi City"),
        ("140428", "Zhangzi County"),
        ("140405", "Tunliu District"),
        ("411100", "Luohe City"),
        ("331100", "Lishui City"),
        ("331000", "Taizhou City"),
        ("371524", "Dong'e County"),
        ("341621", "Guoyang County"),
        ("361124", "Yanshan County"),
        ("440113", "Panyu District"),
        ("441422", "Dabu County"),
        ("141024", "Hongtong County"),
        ("410621", "Xunxian County"),
        ("410182", "Xingyang City"),
        ("510117", "Pidu District"),
        ("500110", "Qijiang District"),
        ("371722", "Shanxian County"),
        ("130726", "Yuxian County"),
        ("330382", "Yueqing City"),
        ("130225", "Laoting County"),
        ("371481", "Laoling City"),
        ("610100", "Xi'an City"),
        ("511800", "Ya'an City"),
        ("620622", "Gulang County"),
        ("622927", "Jishishan Bonan, Dongxiang and Salar Autonomous County"),
        ("140109", "Wanbailin District"),
    ],
)
def test_english_names_follow_the_reading_that_people_of_the_place_use(rows, code, english):
    assert rows[code].names["en"] == english


def test_every_reading_has_a_syllable_for_each_character(rows):
    assert not [row.code for row in rows.values() if len(row.reading.split()) != len(row.names["zh-Hans"])]


def test_only_provinces_and_cities_have_short_forms_and_siblings_never_share_one(rows):
    assert {bool(row.short_names) for row in rows.values() if row.code.endswith("00")} == {True}
    pairs = Counter((row.parent, row.short_names["en"]) for row in rows.values() if row.short_names)
    assert [pair for pair, times in pairs.items() if times > 1] == []


def test_the_table_is_made_from_the_package(tmp_path):
    made = {
        "provinces": [{"c": 11, "n": "北京市"}, {"c": 44, "n": "广东省"}, {"c": 41, "n": "河南省"}],
        "cities": [{"c": "1101", "n": "北京市"}, {"c": "4419", "n": "东莞市"}, {"c": "4190", "n": "省直辖县级行政单位"}],
        "counties": [
            {"c": "110101", "n": "东城区"},
            {"c": "419001", "n": "济源市"},
            {"c": "441900003000", "n": "东城街道"},
            {"c": "232761", "n": "加格达奇区"},
        ],
    }
    for name, content in made.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    exceptions = {
        "characters": {},
        "readings": {"东莞": "dong guan"},
        "names": {},
        "stems": {},
        "peoples": {},
        "additions": {"710000": "台湾省"},
        "omissions": ["232761"],
        "shorts": {},
    }
    rows = {row["code"]: row for row in places_china.rows(tmp_path, exceptions)}
    assert list(rows) == ["110000", "110101", "410000", "419001", "440000", "441900", "710000"]
    assert rows["110101"]["parent"] == "110000"
    assert rows["419001"]["parent"] == "410000"
    assert rows["441900"]["reading"] == "dong guan shi"
    assert rows["441900"]["short_en"] == "Dongguan"


def test_the_file_has_one_line_a_place_and_unix_ends():
    data = (FOLDER / "china.csv").read_bytes()
    assert b"\r" not in data
    assert next(csv.reader(data.decode().splitlines())) == list(places_china.COLUMNS)
