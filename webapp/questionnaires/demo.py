"""Sheets of invented people: an alignment matrix half filled by two, priorities that were returned, one that waits to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from webapp.accounts.models import Person
from webapp.core.ids import new_id
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.paths import cell_path, row_path
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import order_keys, services, services_changes
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import MemberRole, Sheet, SheetState

Values = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

PLAN: Values = {
    "plan-name": "国民经济和社会发展第十五个五年规划纲要（送审稿）", "plan-kind": "overall", "first-year": "2026", "last-year": "2030",
    "stage": "draft", "scope": "第四章 生态环境与人居环境",
}
AIMS: Rows = (
    {"objective": "新建改建城乡公厕120座，农村卫生厕所普及率达到98%", "chapter": "4.1", "link": "direct", "targets": ["6.2", "11.1"],
     "evidence": "县住房和城乡建设局2025年底台账：普及率91.6%", "budget": "funded", "amount": "2600"},
    {"objective": "县域生活垃圾分类覆盖全部行政村", "chapter": "4.2", "link": "direct", "targets": ["11.6", "12.5"],
     "evidence": "2025年分类覆盖率74%，回收利用率尚未统计", "budget": "part", "amount": "1800"},
    {"objective": "主要河流断面水质全部达到Ⅲ类以上", "chapter": "4.3", "link": "direct", "targets": ["6.3", "6.6"],
     "evidence": "生态环境分局月报，七个断面中六个达标", "budget": "funded", "amount": "5200"},
    {"objective": "建成区人均公园绿地面积达到15平方米", "chapter": "4.4", "link": "indirect", "targets": ["11.7"], "budget": "unknown"},
    {"objective": "举办生态文化节", "chapter": "4.5", "link": "none"},
)
ISSUES: Rows = (
    {"issue": "山区村安全饮水", "targets": ["6.1"], "need": 5, "behind": 5, "duty": 5, "feasible": 3, "leverage": 3, "decision": "first"},
    {"issue": "老旧小区改造", "targets": ["11.1"], "need": 4, "behind": 3, "duty": 5, "feasible": 4, "leverage": 4, "decision": "first"},
    {"issue": "村级养老服务点", "targets": ["3.8"], "need": 4, "behind": 5, "duty": 3, "feasible": 2, "leverage": 3, "decision": "later"},
)
PRIORITIES: Values = {
    "decision": "2027年民生实事项目的排序", "decided-by": "县人民代表大会，2027年1月", "how-many": "2",
    "weight-need": "30", "weight-behind": "25", "weight-duty": "15", "weight-feasible": "15", "weight-leverage": "15",
}
ACTORS: Rows = (
    {"actor": "县水利局", "sector": "government", "interest": 3, "influence": 5, "position": "for", "heard": "often", "form": "partner"},
    {"actor": "沿河村民", "sector": "residents", "interest": 5, "influence": 2, "position": "open", "heard": "seldom", "form": "consult"},
    {"actor": "养护企业", "sector": "business", "interest": 4, "influence": 3, "position": "for", "heard": "sometimes", "form": "inform"},
)
FEEDBACK = (
    "事项选得准，权重也加得对。请补两点：一是“村级养老服务点”为什么暂缓，写一句理由；"
    "二是打分的人里没有村民，至少请两位村民代表再打一次分。"
)


def load(*, learner: Person, colleague: Person, trainer: Person, neighbour: Person, now: datetime) -> None:
    """Three sheets, written over the last weeks. About forty statements."""
    _alignment(learner, colleague, now)
    _priorities(learner, trainer, now)
    _stakeholders(neighbour, now)


def _alignment(learner: Person, colleague: Person, now: datetime) -> None:
    one = surveys().get("plan-alignment")
    if one is None:
        return
    begun = now - timedelta(days=9)
    sheet = services.begin(questionnaire=one, person=learner, language="zh-Hans", now=begun)
    services.give_part(sheet=sheet, person_id=colleague.id, role=MemberRole.EDITOR, now=begun)
    services.renew_code(sheet=sheet, on=True)
    _write(sheet, one, learner, {**PLAN, **_rows("aim", AIMS[:3])}, begun + timedelta(minutes=40))
    _write(sheet, one, colleague, _rows("aim", AIMS[3:], after=3), now - timedelta(days=2))
    said = services.comment(
        sheet=sheet, person_id=colleague.id, text="回收利用率能不能用县供销社的数据？", path="aim", now=now - timedelta(days=2),
    )
    services.comment(
        sheet=sheet, person_id=learner.id, text="可以，我周四去要。", path="aim", reply_to_id=said.id, now=now - timedelta(days=1),
    )


def _priorities(learner: Person, trainer: Person, now: datetime) -> None:
    one = surveys().get("priority-setting")
    if one is None:
        return
    begun = now - timedelta(days=20)
    sheet = services.begin(questionnaire=one, person=learner, language="zh-Hans", now=begun)
    _write(sheet, one, learner, {**PRIORITIES, **_rows("issues", ISSUES)}, begun + timedelta(hours=1))
    services.move(sheet=sheet, to=SheetState.SHARED, person_id=learner.id, now=begun + timedelta(hours=2))
    services.move(sheet=sheet, to=SheetState.RETURNED, person_id=trainer.id, now=now - timedelta(days=3))
    services.comment(sheet=sheet, person_id=trainer.id, text=FEEDBACK, feedback=True, now=now - timedelta(days=3))
    services.comment(
        sheet=sheet, person_id=trainer.id, text="可行性只打2分，是缺钱还是缺人？", path="issues", feedback=True,
        now=now - timedelta(days=3),
    )


def _stakeholders(neighbour: Person, now: datetime) -> None:
    one = surveys().get("stakeholder-map")
    if one is None:
        return
    begun = now - timedelta(days=6)
    sheet = services.begin(questionnaire=one, person=neighbour, language="zh-Hans", now=begun)
    values = {"project-name": "县城段河道综合治理", "goals": [6, 11], "groups": ["older", "left-behind"], **_rows("actors", ACTORS)}
    _write(sheet, one, neighbour, values, begun + timedelta(minutes=50))
    services.move(sheet=sheet, to=SheetState.SHARED, person_id=neighbour.id, now=now - timedelta(days=5))


def _rows(table: str, rows: Rows, after: int = 0) -> Values:
    """Records and cells of the rows of a table, behind so many others."""
    found: Values = {}
    keys = order_keys.spread("", "", after + len(rows))
    for number, values in enumerate(rows):
        row = f"demo{after + number:04d}"
        found[row_path(table, row)] = {"at": keys[after + number]}
        found |= {cell_path(table, row, column): value for column, value in values.items()}
    return found


def _write(sheet: Sheet, one: Questionnaire, person: Person, values: Values, now: datetime) -> None:
    changes = [Wanted(new_id(), path, sheet.version, value) for path, value in values.items() if one.field(path.partition("/")[0])]
    services_changes.apply(sheet=sheet, questionnaire=one, changes=changes, person_id=person.id, now=now)
