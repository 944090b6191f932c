"""What a shipped lesson must be beyond correct: neither short nor long, with a figure, a case and questions, alike in all languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from webapp.core.i18n import _
from webapp.courses.glossary import Glossary
from webapp.courses.lessons import Draft
from webapp.courses.problems import Findings, shown
from webapp.courses.quality_prose import TERM, Part, Said, Written, said, shapes
from webapp.courses.quality_words import begins_with_verb, foreign, length, rules, sentences, unpinned

# Alternative texts are read instead of the figure, so they do not count as text of the lesson.
UNCOUNTED = (Part.ALTERNATIVE,)
RUNNING = (Part.TEXT, Part.ITEM, Part.QUESTION)


def judge(drafts: Mapping[str, Draft], glossary: Glossary, findings: Findings) -> None:
    """Note what falls short in a lesson's languages, each by itself and beside each other."""
    for language, draft in drafts.items():
        words = list(said(draft.body, draft.offset))
        _judge_length(draft, language, words, findings)
        _judge_parts(draft, findings)
        _judge_front(draft, language, findings)
        for each in words:
            judge_words(each.words, language, (draft.file, each.line), findings)
        judge_terms(draft, language, glossary, findings)
    first, *others = drafts.items()
    for other in others:
        _compare(first, other, glossary, findings)


def judge_words(text: str, language: str, at: tuple[str, int], findings: Findings) -> None:
    """Note runs in the wrong language and words that stand for a pinned one."""
    for run in foreign(text, language):
        findings.add(*at, _(
            "“%(run)s” is in another language than the text around it. Translate it, or put a name in brackets after its translation.",
            run=shown(run),
        ))
    for never, write in unpinned(text):
        findings.add(*at, _("Found “%(never)s”. Expected the pinned term “%(write)s”.", never=never, write=write))


def _judge_length(draft: Draft, language: str, words: list[Said], findings: Findings) -> None:
    bounds = rules().length.get(language)
    count = sum(length(each.words, language) for each in words if each.part not in UNCOUNTED)
    if bounds and not bounds[0] <= count <= bounds[1]:
        findings.add(draft.file, draft.offset + 1, _(
            "The text has %(count)d words or characters. Expected %(low)d to %(high)d.", count=count, low=bounds[0], high=bounds[1],
        ))
    most = rules().sentence.get(language)
    listed = [sentence for text in paragraphs(words) for sentence in sentences(text)]
    if most is None or not listed:
        return
    mean = sum(length(sentence, language) for sentence in listed) / len(listed)
    if mean > most:
        findings.add(draft.file, draft.offset + 1, _(
            "A sentence has %(mean)s words on average. Expected at most %(most)d.", mean=f"{mean:.1f}", most=most,
        ))


def paragraphs(words: list[Said]) -> list[str]:
    """Running text, lines of a paragraph joined; headings, tables and captions are no sentences."""
    found: list[str] = []
    last: Said | None = None
    for each in words:
        if each.part is Part.TEXT and last is not None and last.part in RUNNING and each.line == last.line + 1:
            found[-1] += f" {each.words}"
        elif each.part in RUNNING:
            found.append(each.words)
        last = each
    return found


def _judge_parts(draft: Draft, findings: Findings) -> None:
    asked = rules()
    parts = (
        (_("figures"), len(draft.outline.figures), asked.figures), ("::: case", draft.outline.blocks["case"], asked.cases),
        ("::: think", draft.outline.blocks["think"], asked.thinks),
    )
    for name, count, least in parts:
        if count < least:
            findings.add(draft.file, draft.offset + 1, _(
                "Found %(count)d of %(name)s. Expected %(least)d or more.", count=count, name=name, least=least,
            ))


def _judge_front(draft: Draft, language: str, findings: Findings) -> None:
    line = draft.document.line
    judge_words(draft.front.title, language, (draft.file, line(("title",))), findings)
    for index, objective in enumerate(draft.front.objectives):
        at = (draft.file, line(("objectives", index)))
        judge_words(objective, language, at, findings)
        judge_objective(objective, language, at, findings)
    for index, point in enumerate(draft.front.points):
        judge_words(point, language, (draft.file, line(("points", index))), findings)


def judge_objective(objective: str, language: str, at: tuple[str, int], findings: Findings) -> None:
    """Note an objective that does not begin with what the reader can do."""
    if not begins_with_verb(objective, language):
        findings.add(*at, _(
            "“%(objective)s” does not begin with a verb of Bloom's levels, such as: %(verbs)s.", objective=shown(objective),
            verbs=", ".join(rules().verbs[language][:: len(rules().verbs[language]) // 5][:6]),
        ))


def _terms(page: Written) -> list[tuple[int, str]]:
    lines = enumerate(page.body.split("\n"), page.offset + 1)
    return [(number, match[1]) for number, text in lines for match in TERM.finditer(text)]


def judge_terms(page: Written, language: str, glossary: Glossary, findings: Findings) -> None:
    """Note marked terms that the glossary does not hold."""
    for line, name in _terms(page):
        if glossary.find(language, name) is None:
            findings.add(page.file, line, _("“%(term)s” is not in the glossary. Add it there, or write it without ==.", term=shown(name)))


def _compare(first: tuple[str, Draft], other: tuple[str, Draft], glossary: Glossary, findings: Findings) -> None:
    (tag, one), (other_tag, two) = first, other
    compare_shapes(one, two, findings)
    cited = [Counter(source for _line, source in draft.outline.citations) for draft in (one, two)]
    for source in sorted(set(cited[0]) | set(cited[1])):
        here, there = cited[1][source], cited[0][source]
        if here != there:
            findings.add(two.file, two.offset + 1, _(
                "“%(source)s” is cited %(here)d times; in %(file)s %(there)d times.", source=source, here=here, there=there, file=one.file,
            ))
    marked = [{term.id for _line, name in _terms(draft) if (term := glossary.find(language, name))}
              for language, draft in ((tag, one), (other_tag, two))]
    if marked[0] != marked[1]:
        findings.add(two.file, two.offset + 1, _(
            "Other terms are marked with == than in %(file)s: %(terms)s.", file=one.file, terms=", ".join(sorted(marked[0] ^ marked[1])),
        ))


def compare_shapes(one: Written, two: Written, findings: Findings) -> None:
    """Note the first place where two languages of a text differ in their parts."""
    here, there = shapes(two.body, two.offset), shapes(one.body, one.offset)
    for mine, theirs in zip(here, there, strict=False):
        if (mine.kind, mine.size) != (theirs.kind, theirs.size):
            findings.add(two.file, mine.line, _(
                "Here stands %(mine)s; %(file)s has %(theirs)s in line %(line)d. Both languages need the same parts in the same order.",
                mine=_shape(mine.kind, mine.size), theirs=_shape(theirs.kind, theirs.size), file=one.file, line=theirs.line,
            ))
            return
    if len(here) != len(there):
        longer, shorter = (two, one) if len(here) > len(there) else (one, two)
        extra = max(here, there, key=len)[min(len(here), len(there))]
        findings.add(longer.file, extra.line, _(
            "%(mine)s stands here and not in %(file)s. Both languages need the same parts in the same order.",
            mine=_shape(extra.kind, extra.size), file=shorter.file,
        ))


def _shape(kind: str, size: tuple[int, ...]) -> str:
    if kind == "table":
        return _("a table of %(rows)d rows and %(columns)d columns", rows=size[0], columns=size[1])
    if kind == "list":
        return _("a list of %(count)d entries", count=size[0])
    return f"`{kind}`" if kind.startswith("#") else f"`::: {kind}`" if kind != "figure" else _("a figure")
