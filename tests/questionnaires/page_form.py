"""A sheet's form as a browser without scripts sends it back."""

from html.parser import HTMLParser


class _Controls(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.area, self.select, self.apart, self.form = [], None, None, 0, ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.apart += tag == "template"
        self.form = given.get("id", "") if tag == "form" else self.form
        if self.apart or self.form != "sheet" or "form" in given:
            return
        if tag == "textarea":
            self.area = [given["name"], ""]
        elif tag == "select":
            self.select = [given["name"], None]
        elif tag == "option" and self.select and ("selected" in given or self.select[1] is None):
            self.select[1] = given.get("value", "")
        elif tag == "input":
            self._input(given)

    def _input(self, given):
        ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
        if given.get("name") and ticked and given.get("type") != "file":
            self.found.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag):
        self.apart -= tag == "template"
        if tag == "form":
            self.form = ""
        elif tag == "textarea" and self.area:
            self.found.append((self.area[0], self.area[1].removeprefix("\n")))
            self.area = None
        elif tag == "select" and self.select:
            self.found.append((self.select[0], self.select[1] or ""))
            self.select = None

    def handle_data(self, data):
        if self.area:
            self.area[1] += data


def sent(page, changed=()):
    """Fields of the form with some controls changed: by name a value or several."""
    reader, changed = _Controls(), dict(changed)
    reader.feed(page)
    data = {}
    for name, value in reader.found:
        if name not in changed:
            data.setdefault(name, []).append(value)
    return data | changed
