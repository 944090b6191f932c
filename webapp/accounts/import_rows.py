"""Rows of a file of people: which column is what, and what each row says. Pure but for the words of the reader's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

from webapp.accounts import labels, names, rules
from webapp.accounts.forms import REASONS
from webapp.accounts.models import OrganisationType, PositionLevel, Sex
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy, sentences

FIELDS = {
    "name": lazy("Name of the person"), "email": lazy("E-mail"), "phone": lazy("Telephone"), "place": lazy("Place"),
    "organisation": lazy("Organisation"), "organisation_type": lazy("Type of organisation"), "position_level": lazy("Position level"),
    "sex": lazy("Sex"), "birth_year": lazy("Year of birth"), "language": lazy("Language"),
}
# Headings that people write, without spaces, case and punctuation.
_HEADINGS = {
    "name": "name fullname personname 姓名 名字 学员姓名 人员姓名 参训人员",
    "email": "email mail emailaddress 邮箱 电子邮箱 电子邮件 邮件 邮箱地址 电子邮件地址",
    "phone": "phone telephone tel mobile mobilephone cell phonenumber 手机 手机号 手机号码 电话 联系电话 联系方式 电话号码",
    "place": (
        "place placecode region area county city province district 地点 地方 地区 行政区划 行政区划代码 区划代码 省 市 县 区县 县区 "
        "省份 城市 所在地 所在地区 省级 地级 县级"
    ),
    "organisation": "organisation organization employer company workunit 单位 工作单位 单位名称 所在单位 机构 组织",
    "organisation_type": "organisationtype organizationtype typeoforganisation typeoforganization 单位类型 单位性质 机构类型 单位类别",
    "position_level": "positionlevel level rank 职级 职务级别 职务层级 职务层次 级别 岗位层级",
    "sex": "sex gender 性别", "birth_year": "birthyear yearofbirth born 出生年 出生年份 出生年月 出生日期 birthdate dateofbirth",
    "language": "language 语言 界面语言",
}
IGNORED = ("problem", "问题", "row", "行号")
_LEVEL_WORDS = {
    PositionLevel.STAFF: "10 staff staffmember employee 工作人员 一般工作人员 普通员工 职员 办事员 科员",
    PositionLevel.JUNIOR: "20 junior juniormanagement 基层 基层管理 基层管理人员 基层干部",
    PositionLevel.MIDDLE: "30 middle middlemanagement 中层 中层管理 中层管理人员 中层干部",
    PositionLevel.SENIOR: "40 senior seniormanagement 高层 高层管理 高层管理人员 高级管理人员",
    PositionLevel.LEADING: "50 leading head headoftheorganisation 单位主要负责人 主要负责人 单位负责人 一把手",
}
_SEX_WORDS = {Sex.FEMALE: "female f woman 2 女 女性", Sex.MALE: "male m man 1 男 男性"}
_TYPE_WORDS = {
    OrganisationType.GOVERNMENT: "government publicinstitution 政府 机关 政府机关 党政机关 事业单位 政府或事业单位",
    OrganisationType.ASSOCIATION: "association 协会 学会 行业协会",
    OrganisationType.ACADEMIA: "academia university 高校 大学 科研院所 研究机构",
    OrganisationType.BUSINESS: "business company 企业 公司", OrganisationType.CIVIL_SOCIETY: "civilsociety ngo 社会组织 民间组织",
    OrganisationType.MEDIA: "media 媒体", OrganisationType.OTHER: "other 其他",
}
_LANGUAGES = {"zh-Hans": "zhhans zh zhcn cn chinese 中文 汉语 简体中文", "en": "en english 英文 英语"}


@dataclass(frozen=True, slots=True)
class Line:
    """What one row says of a person; empty or None is not said. `email_key`, `sort_key` and `organisation_key` are what is compared."""

    number: int
    name: str
    sort_key: str
    email: str
    email_key: str
    phone: str | None
    place: str
    organisation: str
    organisation_key: str
    organisation_type: OrganisationType | None
    position_level: PositionLevel | None
    sex: Sex | None
    birth_year: int | None
    language: str


class WrongRow(ValueError):
    """A row that cannot go in; the message is every reason, in the reader's language."""


def key_of(text: str) -> str:
    """A heading or word without case, spaces and punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _table(words: Mapping[Any, str]) -> dict[str, Any]:
    return {word: value for value, listed in words.items() for word in listed.split()}


_HEADING_OF, _LEVELS, _SEXES, _TYPES, _TAGS = (_table(each) for each in (_HEADINGS, _LEVEL_WORDS, _SEX_WORDS, _TYPE_WORDS, _LANGUAGES))


def guess(head: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    """The field of each column: as it was the last time, else by its heading; "" for none. Only places may take several columns."""
    found: list[str] = []
    for title in head:
        key = key_of(title)
        field = remembered.get(key)
        if field is None:
            field = "" if key in IGNORED else _HEADING_OF.get(key, _HEADING_OF.get(key_of(title.split("(")[0].split("（")[0]), ""))
        found.append(field if field == "place" or field not in found else "")
    return found


def names_of(rows: Iterable[Sequence[Any]], columns: Sequence[str], wanted: Container[int]) -> dict[int, str]:
    """What stands in the column of names, of the wanted rows by their numbers; nothing where no column holds names."""
    at = columns.index("name") if "name" in columns else None
    return {} if at is None else {number: cells[at] for number, cells in rows if number in wanted and at < len(cells)}


def read_line(number: int, cells: Sequence[str], columns: Sequence[str], this_year: int) -> Line:
    """One row. Raises `WrongRow` with everything that is wrong in it."""
    said: dict[str, str] = {}
    for field, cell in zip(columns, cells, strict=False):
        if field and cell:
            # Province, city and county may stand in a column each.
            said[field] = f"{said[field]} {cell}" if field == "place" and field in said else cell
    wrong: list[str] = []

    def take(field: str, read: Callable[[str], Any], sentence: Callable[[rules.Refused], str]) -> Any:
        try:
            return read(said.get(field, ""))
        except rules.Refused as refused:
            wrong.append(sentence(refused))
            return None

    missing = _("The name is missing.")
    name = take("name", rules.name_of, lambda refused: _reason("name", refused) if refused.reason != "empty" else missing)
    email = take("email", lambda text: rules.email_of(text) if text else "", lambda refused: _reason("email", refused)) or ""
    organisation = take("organisation", rules.organisation_of, lambda refused: _reason("organisation", refused)) or ""
    phone = take("phone", rules.phone_of, lambda _refused: _not_understood("phone", said))
    year = take(
        "birth_year", lambda text: rules.birth_year_of(_year(text), this_year), lambda _refused: _not_understood("birth_year", said),
    )
    line = Line(
        number=number, name=name or "", sort_key=names.sort_key(name) if name else "", email=email, email_key=rules.email_key(email),
        phone=phone, place=said.get("place", ""), organisation=organisation,
        organisation_key=rules.organisation_key(organisation) if organisation else "",
        organisation_type=_word("organisation_type", said, _TYPES, labels.ORGANISATION_TYPES, wrong),
        position_level=_word("position_level", said, _LEVELS, labels.POSITION_LEVELS, wrong),
        sex=_word("sex", said, _SEXES, labels.SEXES, wrong), birth_year=year, language=_word("language", said, _TAGS, {}, wrong) or "",
    )
    if wrong:
        raise WrongRow(sentences(wrong))
    return line


def _year(text: str) -> str:
    """The year of `1980`, `1980-05`, `1980.5.3`, `1980年5月`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain[:4] if plain[:4].isdigit() and (len(plain) == 4 or not plain[4].isdigit()) else plain


def _word(field: str, said: Mapping[str, str], table: Mapping[str, Any], spoken: Mapping[Any, Any], wrong: list[str]) -> Any:
    text = said.get(field, "")
    if not text:
        return None
    key = key_of(text)
    for value, label in spoken.items():
        if key in (key_of(str(label)), key_of(str(getattr(value, "value", value)))):
            return value
    if key not in table:
        wrong.append(_not_understood(field, said) if not spoken else _(
            # Ranks such as 正科级 are another level in a county than in a province: whoever wrote the list has to say which.
            "“%(value)s” is not understood as “%(field)s”. Write one of these: %(choices)s.",
            value=text[:40], field=str(FIELDS[field]), choices=" / ".join(str(label) for label in spoken.values()),
        ))
    return table.get(key)


def _reason(field: str, refused: rules.Refused) -> str:
    return str(REASONS[field][refused.reason])


def _not_understood(field: str, said: Mapping[str, str]) -> str:
    return _("“%(value)s” is not understood as “%(field)s”.", value=said[field][:40], field=str(FIELDS[field]))
