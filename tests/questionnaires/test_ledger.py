"""However edits of several people come in, nothing that was acknowledged is lost."""

from itertools import count
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires.ledger import Ledger, Wanted
from webapp.questionnaires.models import Outcome

BOTH = {"en": "Text", "zh-Hans": "文字"}
PEOPLE = [UUID(int=number) for number in (1, 2, 3)]


def option(key):
    return {"id": key, "text": BOTH}


QUESTIONNAIRE = Questionnaire.from_content({
    "id": "plan", "languages": ["zh-Hans", "en"], "title": BOTH, "summary": BOTH, "kind": "worksheet", "minutes": 10,
    "sections": [{"id": "one", "title": BOTH, "fields": [
        {"id": "aim", "type": "long", "label": BOTH, "limit": 4000},
        {"id": "short", "type": "text", "label": BOTH, "limit": 12},
        {"id": "means", "type": "multiple", "label": BOTH, "options": [option(key) for key in "abcdef"]},
        {"id": "state", "type": "single", "label": BOTH, "options": [option(key) for key in "abc"]},
        {"id": "steps", "type": "table", "label": BOTH, "rows": {"max": 3}, "columns": [{"id": "what", "type": "text", "label": BOTH}]},
    ]}],
})


class Sheet:
    """The server's side: a ledger with its log."""

    def __init__(self):
        self.ledger = Ledger(QUESTIONNAIRE, 0, {}, {})
        self.answers = {}
        self.beside = []

    def send(self, wanted, person):
        """What the service does: an id that came before gets its first answer."""
        if wanted.id in self.answers:
            return self.answers[wanted.id]
        done = self.ledger.apply(wanted, person)
        if done.outcome is Outcome.CONFLICT:
            self.beside.append(done)
        elif done.outcome is not None:
            self.ledger.bases.setdefault(wanted.path, []).append((done.version, done.value))
        self.answers[wanted.id] = done
        return done

    def value(self, path):
        return self.ledger.value(path)


def change(path, value, base=0, key=None):
    return Wanted(key or uuid4(), path, base, value)


class Writer:
    """A page: it sees a version, its edits wait in a queue while it has no network, and it may send one twice."""

    def __init__(self, sheet, person):
        self.sheet, self.person = sheet, person
        self.version, self.seen, self.waiting = 0, {}, {}

    def look(self):
        self.version = self.sheet.ledger.version
        self.seen = {path: cell.value for path, cell in self.sheet.ledger.cells.items()}

    def write(self, path, edit):
        base, now = self.waiting[path] if path in self.waiting else (self.version, self.seen.get(path))
        self.waiting[path] = (base, edit(now))

    def send(self, twice):
        acknowledged = []
        for path, (base, value) in self.waiting.items():
            wanted = change(path, value, base)
            done = self.sheet.send(wanted, self.person)
            if twice:
                assert self.sheet.send(wanted, self.person) is done
            acknowledged.append(done)
        self.waiting = {}
        self.look()
        return acknowledged


def insert(token, where):
    def edit(text):
        words = (text or "").split(" ") if text else []
        at = round(where * len(words))
        return " ".join([*words[:at], token, *words[at:]])
    return edit


step = st.tuples(st.sampled_from(range(3)), st.sampled_from(["write", "look", "send", "send twice"]), st.floats(0, 1))


@given(st.lists(step, max_size=60))
def test_every_word_that_was_acknowledged_is_in_the_text_or_in_a_conflict(steps):
    sheet, numbers = Sheet(), count()
    writers = [Writer(sheet, person) for person in PEOPLE]
    waiting, kept = {0: [], 1: [], 2: []}, []
    for who, what, where in steps:
        writer = writers[who]
        if what == "write":
            token = f"w{next(numbers)}"
            writer.write("aim", insert(token, where))
            waiting[who].append(token)
        elif what == "look" and not writer.waiting:
            writer.look()
        elif what.startswith("send"):
            done = writer.send(twice=what == "send twice")
            assert all(each.outcome is not None for each in done)
            kept += waiting[who]
            waiting[who] = []
    words = set((sheet.value("aim") or "").split())
    beside = {word for done in sheet.beside for word in done.wanted.split()}
    assert set(kept) <= words | beside


@given(st.lists(st.tuples(st.sampled_from(range(3)), st.sampled_from(["add", "send", "look"]), st.sampled_from("abcdef")), max_size=60))
def test_choices_that_people_add_at_once_are_all_chosen(steps):
    sheet = Sheet()
    writers, added = [Writer(sheet, person) for person in PEOPLE], {0: set(), 1: set(), 2: set()}
    for who, what, key in steps:
        if what == "add":
            writers[who].write("means", lambda now, key=key: sorted({*(now or []), key}))
            added[who].add(key)
        elif what == "look" and not writers[who].waiting:
            writers[who].look()
        else:
            writers[who].send(twice=False)
    for writer in writers:
        writer.send(twice=True)
    assert set(sheet.value("means") or []) == set().union(*added.values())
    assert not sheet.beside


@given(st.lists(st.tuples(st.sampled_from(range(3)), st.sampled_from("abc"), st.booleans()), max_size=40))
def test_of_two_choices_where_only_one_may_be_the_later_waits_beside_the_first(steps):
    sheet = Sheet()
    writers = [Writer(sheet, person) for person in PEOPLE]
    for who, key, looks in steps:
        if looks:
            writers[who].look()
        before, stale = sheet.value("state"), sheet.ledger.version > writers[who].version
        writers[who].write("state", lambda _now, key=key: key)
        done = writers[who].send(twice=True)[0]
        assert done.wanted == key
        if not stale or before in (None, key) or sheet.value("state") == key:
            assert sheet.value("state") == key or done.outcome is not Outcome.APPLIED
        else:
            assert (done.outcome, sheet.value("state")) in [(Outcome.CONFLICT, before), (Outcome.MERGED, before)]


def test_a_merge_that_is_too_long_for_the_field_is_a_conflict():
    sheet = Sheet()
    sheet.send(change("short", "one two"), PEOPLE[0])
    sheet.send(change("short", "one x two", 1), PEOPLE[0])
    done = sheet.send(change("short", "one two yyy", 1), PEOPLE[1])
    assert (done.outcome, done.wanted, sheet.value("short")) == (Outcome.CONFLICT, "one two yyy", "one x two")


def test_words_in_a_row_that_somebody_removed_bring_the_row_up_as_a_conflict():
    sheet = Sheet()
    sheet.send(change("steps/aaaaaaaa", {"at": "a0"}), PEOPLE[0])
    sheet.send(change("steps/aaaaaaaa/what", "Meet", 1), PEOPLE[0])
    assert sheet.send(change("steps/aaaaaaaa", None, 2), PEOPLE[0]).outcome is Outcome.APPLIED
    done = sheet.send(change("steps/aaaaaaaa/what", "Meet the mayor", 2), PEOPLE[1])
    assert (done.outcome, done.conflict_path, done.wanted) == (Outcome.CONFLICT, "steps/aaaaaaaa", "Meet the mayor")


def test_a_row_that_somebody_wrote_in_meanwhile_is_not_removed():
    sheet = Sheet()
    sheet.send(change("steps/aaaaaaaa", {"at": "a0"}), PEOPLE[0])
    sheet.send(change("steps/aaaaaaaa/what", "Meet", 1), PEOPLE[1])
    done = sheet.send(change("steps/aaaaaaaa", None, 1), PEOPLE[0])
    assert (done.outcome, sheet.value("steps/aaaaaaaa")) == (Outcome.CONFLICT, {"at": "a0"})


def test_a_table_takes_no_more_rows_than_it_may():
    sheet = Sheet()
    for row in "abc":
        assert sheet.send(change(f"steps/{row * 8}", {"at": row}), PEOPLE[0]).outcome is Outcome.APPLIED
    refused = sheet.send(change("steps/dddddddd", {"at": "d"}), PEOPLE[0])
    assert refused.outcome is None
    assert "3" in refused.message
    assert sheet.send(change("steps/aaaaaaaa", {"at": "z"}, 3), PEOPLE[0]).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("path", "value"), [("nothing", "x"), ("aim/row", "x"), ("state", "z"), ("means", ["a", "z"]), ("steps/a", {"at": "a"})],
)
def test_what_cannot_be_stored_is_refused_with_a_sentence(path, value):
    done = Sheet().send(change(path, value), PEOPLE[0])
    assert done.outcome is None
    assert done.message
