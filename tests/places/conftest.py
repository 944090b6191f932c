"""A small country, and the ways tests change it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries, services
from webapp.places.declarations import read_declaration

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.places.importing import Outcome
    from webapp.places.models import Place

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
TODAY = date(2026, 3, 1)
LEVELS = """
country: CN
names: {zh-Hans: 中国, en: China}
levels:
  - id: province
    names: {zh-Hans: 省, en: Province}
    kinds: {province: {zh-Hans: 省, en: Province}, municipality: {zh-Hans: 直辖市, en: Municipality}}
  - id: city
    names: {zh-Hans: 市, en: City}
    kinds: {city: {zh-Hans: 地级市, en: City}}
  - id: county
    names: {zh-Hans: 县, en: County}
    kinds: {county: {zh-Hans: 县, en: County}, district: {zh-Hans: 市辖区, en: District}}
"""
HEAD = "code,parent,kind,name_zh-Hans,name_en,short_zh-Hans,short_en,reading,opened_on,closed_on,successor\n"
ROWS = {
    "11": "11,,municipality,北京市,Beijing Municipality,北京,Beijing,bei jing shi,,,",
    "1101": "1101,11,district,东城区,Dongcheng District,,,dong cheng qu,,,",
    "33": "33,,province,浙江省,Zhejiang Province,浙江,Zhejiang,zhe jiang sheng,,,",
    "3305": "3305,33,city,湖州市,Huzhou City,湖州,Huzhou,hu zhou shi,,,",
    "330521": "330521,3305,county,德清县,Deqing County,,,de qing xian,,,",
    "330522": "330522,3305,county,长兴县,Changxing County,,,chang xing xian,,,",
    "3307": "3307,33,city,金华市,Jinhua City,金华,Jinhua,jin hua shi,,,",
}


def table(*without: str, **changed: str) -> bytes:
    """The small country as a file, rows left out, replaced or added by `c<code>`."""
    rows = {code: row for code, row in ROWS.items() if code not in without}
    rows |= {code.removeprefix("c"): row for code, row in changed.items()}
    return (HEAD + "\n".join(rows.values()) + "\n").encode()


def bring(data: bytes, on: date = TODAY) -> Outcome:
    """Import in a unit of work of its own."""
    with unit_of_work():
        return services.import_places(data=data, on=on, now=NOW, declaration=read_declaration(LEVELS))


def place(code: str) -> Place:
    """The open place with a code."""
    found = queries.by_code("CN", code)
    assert found is not None
    return found


@pytest.fixture
def tree(database: object) -> Callable[[str], Place]:
    """The small country on both databases; called with a code it gives the place."""
    bring(table())
    db.session.expire_all()
    return place
