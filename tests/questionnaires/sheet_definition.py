"""A small definition with a field of every type, in two languages, for the tests of the page."""

from webapp.courses.questionnaire.content import Questionnaire


def both(en, zh=None):
    return {"en": en, "zh-Hans": zh or f"{en}（中文）"}


def option(key, en, zh=None):
    return {"id": key, "text": both(en, zh)}


CONTENT = {
    "id": "county-plan", "languages": ["zh-Hans", "en"], "title": both("County plan and the goals", "县域规划与可持续发展目标"),
    "summary": both("For tests.", "用于测试。"), "kind": "worksheet", "minutes": 30,
    "sections": [
        {"id": "plan", "title": both("The plan", "规划概况"),
         "guidance": both("Take the plan that is **in force**.", "请以**现行**规划为准。"),
         "fields": [
            {"id": "plan-name", "type": "text", "label": both("Name of the plan", "规划名称"), "required": True, "limit": 60,
             "help": both("As on its cover.", "以封面名称为准。")},
            {"id": "summary", "type": "long", "label": both("What it wants to achieve", "主要目标"), "limit": 300},
            {"id": "people", "type": "number", "label": both("People who live here", "常住人口"), "unit": both("people", "人"), "min": 0,
             "decimals": 0},
            {"id": "adopted", "type": "date", "label": both("Adopted on", "批准日期")},
            {"id": "level", "type": "single", "label": both("Level", "级别"), "other": True,
             "options": [option("county", "County", "县级"), option("city", "City", "市级")]},
            {"id": "city-name", "type": "text", "label": both("Which city", "哪个市"), "when": 'level == "city"', "required": True},
            {"id": "means", "type": "multiple", "label": both("Means", "手段"), "other": True, "max": 2,
             "options": [option("budget", "Budget", "预算"), option("rules", "Rules", "规章"), option("staff", "Staff", "人员")]},
            {"id": "lacks", "type": "multiple", "label": both("What is missing?", "缺少什么"), "last_alone": True,
             "options": [option("data", "Data", "数据"), option("time", "Time", "时间"), option("nothing", "Nothing", "都不缺")]},
            {"id": "trust", "type": "scale", "label": both("How sure are you?", "把握程度"), "from": 0, "to": 10,
             "low": both("not at all", "完全没有"), "high": both("fully", "完全有")},
            {"id": "agree", "type": "scale", "label": both("We have what we need.", "我们具备所需条件。"), "from": 1, "to": 3,
             "points": [both("No", "否"), both("Partly", "部分"), both("Yes", "是")]},
            {"id": "first", "type": "ranking", "label": both("What comes first?", "轻重缓急"),
             "items": [option("water", "Water", "供水"), option("roads", "Roads", "道路"), option("schools", "Schools", "学校")]},
        ]},
        {"id": "alignment", "title": both("Objectives and goals", "规划目标与可持续发展目标"), "fields": [
            {"id": "part-one", "type": "heading", "label": both("Objectives", "规划目标")},
            {"id": "objectives", "type": "table", "label": both("Objectives of the plan", "规划目标清单"), "rows": {"max": 20, "start": 2},
             "totals": ["cost"], "columns": [
                {"id": "what", "type": "text", "label": both("Objective", "目标"), "required": True},
                {"id": "goals", "type": "goals", "label": both("Goals", "可持续发展目标")},
                {"id": "targets", "type": "targets", "label": both("Targets", "具体目标")},
                {"id": "state", "type": "single", "label": both("State", "进展"),
                 "options": [option("new", "New", "新设"), option("old", "Old", "原有")]},
                {"id": "cost", "type": "number", "label": both("Cost", "投入"), "unit": both("million", "百万元")},
                {"id": "double", "type": "calculated", "label": both("Twice", "两倍"), "value": "cost * 2"},
            ]},
            {"id": "sum", "type": "calculated", "label": both("Cost of all", "总投入"),
             "value": "sum(objectives.cost)", "unit": both("million", "百万元")},
            {"id": "links", "type": "matrix", "label": both("How each is linked", "关联程度"), "rows_from": "objectives.what",
             "columns": [option("direct", "Direct", "直接"), option("indirect", "Indirect", "间接"), option("none", "None", "无")]},
            {"id": "all-goals", "type": "goals", "label": both("Goals of the whole plan", "规划涉及的目标")},
            {"id": "all-targets", "type": "targets", "label": both("Targets of the whole plan", "规划涉及的具体目标")},
        ]},
        {"id": "where", "title": both("Where and who", "地点与单位"), "fields": [
            {"id": "place", "type": "place", "label": both("Place", "地点")},
            {"id": "office", "type": "organisation", "label": both("Organisation", "单位")},
            {"id": "proof", "type": "file", "label": both("Evidence", "佐证材料"),
             "accept": ["pdf", "spreadsheet"], "max_mb": 1, "count": 2},
            {"id": "note", "type": "guidance", "label": both("Note", "说明"), "text": both("One *file* is enough.", "一份文件即可。")},
            {"id": "picture", "type": "chart", "label": both("Coverage", "覆盖情况"), "of": "objectives.goals", "kind": "coverage"},
        ]},
        {"id": "late", "title": both("Only for cities", "仅限市级"), "when": 'level == "city"', "fields": [
            {"id": "why", "type": "long", "label": both("Why", "原因")},
        ]},
    ],
}
QUESTIONNAIRE = Questionnaire.from_content(CONTENT)


def large(fields=400, sections=10):
    """A definition of many fields, evenly of the usual types."""
    kinds = [
        {"type": "text"}, {"type": "long", "limit": 1000}, {"type": "number", "unit": both("km", "公里")}, {"type": "date"},
        {"type": "single", "options": [option(key, f"Option {key}", f"选项{key}") for key in "abcd"]},
        {"type": "scale", "from": 1, "to": 5},
    ]
    listed = [{"id": f"field-{n}", "label": both(f"Question number {n}", f"第{n}题"), **kinds[n % len(kinds)]} for n in range(fields)]
    size = fields // sections
    return Questionnaire.from_content({
        **CONTENT, "id": "large", "sections": [
            {"id": f"part-{n}", "title": both(f"Part {n}", f"第{n}部分"), "fields": listed[n * size : (n + 1) * size]}
            for n in range(sections)
        ],
    })
