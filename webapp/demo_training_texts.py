"""What the people of the demo wrote about their trainings: a county profile, logs of the days, action plans, a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

PURPOSE = "帮助县直部门和乡镇干部把“十五五”规划任务与可持续发展目标逐条对照，选准优先事项，定好可以统计的指标。"
HOST = "区发展和改革局"
DAY_ONE = (
    "上午8:50到齐大半，3人因早班车晚点迟到约20分钟。开班后用需求调查结果作开场，讨论比预想热烈。\n"
    "两代目标分类的活动有两组没跟上，休息前补讲了10分钟。\n"
    "下午分组对照规划，第三组（水务、农业）先发现同一项供水任务对应三个具体目标，请他们作了示范。\n"
    "明天：先答复没来得及讨论的资金问题；投影仪遥控器电池要换。"
)
DAY_TWO = (
    "对照表五个组全部完成，共对照32项规划任务。统计局当场确认其中11项已有年度数据。\n"
    "规划对照讨论热烈，超时15分钟，“写一条信息”的练习改为课后自选。\n"
    "结业前各组报出三项优先事项，饮水安全、慢病管理、茶产业尾水治理被提到最多。\n"
    "训后测试在现场完成，2人手机没电，用纸质卷，晚上录入。"
)
# By half-day and line, from 0: minutes that it took, and what there was to say.
HELD_NOTES = {
    (0, 0): (40, "讨论热烈，多用10分钟"), (0, 3): (30, "有两组没跟上，补讲10分钟"),
    (2, 2): (0, "改为课后自选"), (2, 7): (75, "五个组都需要更多时间"),
}
CANCELLED = "受强降雨影响，多处道路中断，按县防汛指挥部要求暂停集中活动；改期另行通知。"
TALKS = "与市发展改革委初步商定办班意向，拟面向市级部门，时间待规划送审后确定。"


def profile(place_id: str) -> Mapping[str, Any]:
    """The county profile; tables are tuples of rows."""
    return {
        "place": place_id, "prepared-by": "区发展和改革局规划科，会同财政、统计、水务、卫健部门填写",
        "features": ["agricultural", "mountain", "minority", "ecological"], "population": 375000, "urban-share": 52.4, "older-share": 17.8,
        "area": 2652, "townships": 10, "figures-year": 2025, "figures-source": "区国民经济和社会发展统计公报（演示数据）",
        "portrait": "山地占全区面积九成以上，群众主要靠茶叶、核桃、烤烟和外出务工增收。城区近年变化大，坝区公共服务比较齐全，"
                    "高山片区饮水、就医和养老仍有短板。",
        "plan-name": "国民经济和社会发展第十五个五年规划纲要（演示）", "plan-kind": "overall", "first-year": 2026, "last-year": 2030,
        "stage": "approved", "plan-goals": "words", "consulted": ["departments", "deputies", "residents"],
        "objectives": (
            {"objective": "农村自来水普及率达到96%", "chapter": "第五章第二节", "indicator": "自来水普及率", "unit": "%", "baseline": 88,
             "baseline-year": 2025, "planned": 96, "planned-year": 2030, "lead": "区水务局", "budget": "part", "goals": [6]},
            {"objective": "高血压、糖尿病患者规范管理率达到75%", "chapter": "第七章第一节", "indicator": "规范管理率", "unit": "%",
             "baseline": 61, "baseline-year": 2025, "planned": 75, "planned-year": 2030, "lead": "区卫生健康局", "budget": "funded",
             "goals": [3]},
            {"objective": "规模以上茶叶加工企业尾水全部达标排放", "chapter": "第六章第三节", "indicator": "达标企业占比", "unit": "%",
             "lead": "生态环境分局", "budget": "unknown", "goals": [6, 12]},
            {"objective": "新增城镇就业1.2万人", "chapter": "第四章第一节", "indicator": "新增就业", "unit": "万人", "planned": 1.2,
             "planned-year": 2030, "lead": "区人力资源和社会保障局", "budget": "funded", "goals": [8]},
        ),
        "priorities": (
            {"priority": "农村饮水安全", "reason": "高山片区旱季缺水，连续两年人大代表建议", "goals": [6]},
            {"priority": "基层慢病管理", "reason": "外出务工家庭多，老人就医不便", "goals": [3]},
        ),
        "challenges": (
            {"challenge": "高山片区旱季饮水困难", "affected": "4个乡镇、26个村民小组", "causes": "水源点分散，管护经费没有着落",
             "weight": 5, "duty": "own", "targets": ["6.1"]},
            {"challenge": "村级统计数据缺口大", "affected": "各业务部门", "causes": "没有分村台账", "weight": 4, "duty": "shared",
             "targets": ["17.18"]},
        ),
        "sdg-level": "heard", "purpose": PURPOSE, "alignment-chapter": "第五章 基础设施与公共服务",
        "exercise-problem": "旱季饮水：先保哪里，钱从哪里来，怎样管得住。", "topics": ["alignment", "indicators", "priorities"],
        "result-used-by": "规划中期评估工作专班", "showing": "report",
    }


def plans(day: date) -> list[dict[str, Any]]:
    """Action plans of some participants."""
    said = (
        ("让26个村民小组旱季也有水喝", ["6.1"], "列出各水源点和管护责任人", "区水务局、有关乡镇"),
        ("让慢病老人在村里就能配到药", ["3.8"], "排查12个村的配药需求", "区卫生健康局、乡镇卫生院"),
        ("让茶厂尾水排放有数可查", ["6.3"], "与企业约定按月报数", "生态环境分局、茶企"),
        ("把本局年度任务对上具体目标", ["17.14"], "做一张任务对照表", "本科室同事"),
        ("给科室讲清什么是本地化", ["4.7"], "讲一节十分钟微型课", "本科室同事12人"),
        ("让统计口径跟得上规划指标", ["17.18"], "核对32项任务的数据来源", "统计局、发展改革局"),
        ("让老旧小区改造先听住户意见", ["11.3"], "入户征求意见60户", "住房城乡建设局、社区"),
        ("让外出务工家庭的孩子有人管", ["4.1"], "建立村级联系名册", "教育体育局、妇联"),
    )
    return [
        {
            "change": change, "targets": targets, "follow-up": (day + timedelta(days=60)).isoformat(),
            "steps": ({"what": what, "who": who, "by": (day + timedelta(days=30)).isoformat(), "seen": "有清单、有记录"},),
        }
        for change, targets, what, who in said
    ]


def report(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The text of the report. `facts`: what the record says, in words."""
    return {
        "context": (
            "临翔区地处滇西南山区，山地占九成以上，茶叶、核桃和劳务收入是农户增收的主要来源。“十五五”规划纲要已经批准实施，"
            "但不少任务只有方向、没有可以统计的指标，部门之间对同一件事的口径也不一致。\n"
            "区政府提出先办一期县级培训，让承担规划任务的干部把手头工作与可持续发展目标对上号，为中期评估打基础。"
            "培训由区发展和改革局承办，市委党校提供师资。"
        ),
        "plan-link": (
            "培训围绕《国民经济和社会发展第十五个五年规划纲要》第五章“基础设施与公共服务”展开。学员先读原文，再逐条填写对照表，"
            "写明每项任务直接还是间接服务于哪些具体目标、有没有数据、由谁负责。\n"
            "对照发现：饮水、卫生、住房三类任务与目标联系最紧，数据基础也最好；生态产品、乡村治理两类任务写得较笼统，需要补指标。"
        ),
        "preparation": (
            "训前两个月与区发展和改革局、区委组织部商定目标和名额，请各单位推荐直接承担规划任务的科室负责人，乡镇各来一至二人。"
            f"名单提前一个月发出通知，{facts['registered']}人报名参加。县情概况表由发展改革、财政、统计、水务、卫健五个部门共同填写，"
            "课堂案例和练习全部取自本区。"
        ),
        "needs": (
            f"{facts['needs']}名学员填写了需求调查。各项能力自评大多停留在“听说过”，多数人没有拿可持续发展目标对照过规划。"
            "据此把规划对照练习由一个半天增加到两个半天，案例改用云南本地材料，压缩了一般性介绍。"
        ),
        "sessions": (
            "两天共四个半天，全部按计划举办。规划对照环节讨论最充分，超时十五分钟，为此把“写一条信息”的练习改为课后自选；开班时的"
            "需求调查反馈和两代目标分类也各多用了十分钟。“谁来做”一节围绕区、乡镇和上级部门的权责展开，意见最多。\n"
            "分组按工作条线搭配，统计局派人全程在场，当场答复有没有数据，这一安排效果明显，建议今后保留。"
        ),
        "products": (
            "五个小组各完成一份对照表，合计对照32项规划任务，其中11项确认已有年度数据，9项可由部门台账取得，其余需要新建口径。"
            "各组还提出三项优先事项，提到最多的是农村饮水安全、基层慢病管理和茶叶加工尾水治理。"
            f"{facts['plans']}名学员结业时提交了个人行动计划。"
        ),
        "learning": (
            f"前后两次测试都参加的有{facts['both']}人，平均得分从{facts['before']}%提高到{facts['after']}%。"
            f"训后掌握最弱的是“{facts['weakest']}”，与课堂观察一致：这部分以讲授为主，动手练习偏少。"
            "各项内容都有提升，下一期应把练习时间向这一部分倾斜。"
        ),
        "satisfaction": (
            "学员普遍肯定用本区规划作练习、有统计人员在场答疑。意见集中在两点：一是对照练习时间仍嫌不够；二是希望提前拿到课件，"
            "并在培训后安排一次线上答疑。"
        ),
        "conclusions": (
            "培训之后，承担规划任务的主要部门已经有了一套共同的对照办法，也知道哪些任务说得清、哪些还说不清。"
            "中期评估可以直接使用这次的对照表。眼下的障碍主要是分村数据缺口和管护经费没有着落，前者区里可以先做起来，后者需要上级支持。"
        ),
        "recommendations": tuple(
            {"recommendation": what, "who": who, "by-when": (facts["day"] + timedelta(days=days)).isoformat(), "first-step": step}
            for what, who, days, step in (
                ("将32项任务对照表列为规划中期评估的基础材料", "区发展和改革局", 45, "由规划科汇总五个小组的对照表，发各部门核对"),
                ("为没有数据的12项任务确定统计口径和责任科室", "区统计局", 75, "先从农村饮水一项做起，列出分村台账字段"),
                ("建立高山片区水源点管护台账，落实管护人员", "区水务局", 90, "请四个乡镇报送水源点名单"),
                ("每季度办一次半天的线上答疑，持续半年", "市委党校", 60, "征集学员问题，确定首次答疑日期"),
            )
        ),
        "thanks": "感谢区发展和改革局承办本次培训，感谢区委组织部、区统计局和各参训单位的支持。",
        "annex-notes": "对照表和分组成果由区发展和改革局规划科保存。本报告人名、数据均为演示所用。",
    }
