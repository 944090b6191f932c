"""The page of a section: shown, saved without scripts, closed to others, within its budget."""

import re

import pytest


def inputs(page):
    """What a browser would send back: names and values of all controls."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found, self.area, self.select, self.skip, self.form = [], None, None, 0, ""

        def handle_starttag(self, tag, attrs):
            each = dict(attrs)
            if tag == "form":
                self.form = each.get("id", "")
            if tag == "template":
                self.skip += 1
            if self.skip or self.form != "sheet" or (each.get("form") and tag != "option"):
                return
            if tag == "input" and each.get("name") and (each.get("type") not in ("radio", "checkbox") or "checked" in each) and each.get("type") != "file":
                self.found.append((each["name"], each.get("value", "")))
            elif tag == "textarea":
                self.area = [each["name"], ""]
            elif tag == "select":
                self.select = [each["name"], None]
            elif tag == "option" and self.select and ("selected" in each or self.select[1] is None):
                self.select[1] = each.get("value", "")

        def handle_endtag(self, tag):
            if tag == "template":
                self.skip -= 1
            elif tag == "form":
                self.form = ""
            elif tag == "textarea" and self.area:
                self.found.append((self.area[0], self.area[1].removeprefix("\n")))
                self.area = None
            elif tag == "select" and self.select:
                self.found.append(tuple(self.select))
                self.select = None

        def handle_data(self, data):
            if self.area:
                self.area[1] += data

    reader = Reader()
    reader.feed(page)
    return reader.found


def sent(page, **changed):
    """The form of a page with some controls changed."""
    names = {name.replace("__", "/").replace("_", "-") if not name.startswith("_") else name for name in changed}
    kept = [pair for pair in inputs(page) if pair[0] not in names]
    for name, value in changed.items():
        key = name.replace("__", "/").replace("_", "-") if not name.startswith("_") else name
        kept += [(key, each) for each in (value if isinstance(value, list) else [value])]
    data = {}
    for name, value in kept:
        data.setdefault(name, []).append(value)
    return data


@pytest.mark.parametrize("section", ["plan", "alignment", "where", "late"])
def test_every_section_opens(desk, section):
    page = desk.get(section)
    assert "None" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).replace(">None<", "").replace("None, row", "").replace(": None", "")


def test_a_form_that_changes_nothing_writes_nothing(desk):
    desk.post("plan", sent(desk.get("plan")))
    assert desk.values == {}
    assert desk.sheet.changes == 0
