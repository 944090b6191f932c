"""Words of the page that are not in its templates: guidance, the scripts' sentences, what files a field takes."""

from __future__ import annotations

from markupsafe import Markup

from webapp.core.i18n import _
from webapp.courses.questionnaire.fields import FileField
from webapp.courses.texts import blocks_html


def guidance_html(text: str, language: str) -> Markup:
    """Markdown blocks as HTML, sanitised; what is too hard for the parser is shown as plain text."""
    return Markup(blocks_html(text, language)) if text else Markup()  # noqa: S704  sanitised by the function itself


def file_rules(asked: FileField) -> str:
    """Which files a field takes, in a sentence."""
    words = {"pdf": _("PDF"), "image": _("images"), "spreadsheet": _("spreadsheets"), "document": _("text documents")}
    kinds = _(", ").join(words[each] for each in asked.accept or words if each in words)
    return _("%(kinds)s; at most %(mb)d MB each, %(count)d in all.", kinds=kinds, mb=asked.max_mb, count=asked.count)


def script_texts() -> dict[str, str]:
    """Sentences of the scripts, by the name of their data attribute."""
    texts = {
        "saved": _("Saved"), "saving": _("Saving …"), "offline": _("No connection: kept on this device"),
        "failed": _("Not saved yet, trying again"), "unkept": _("Not saved, and this device keeps nothing: leave this page open"),
        "signed-out": _("Not saved: you are signed out. Sign in in another tab; your words stay here."),
        "refused": _("Saved, except what is marked"), "gone": _("Not saved: please reload the page."),
        "here": _("%(name)s is here", name="{name}"), "others": _("Also here: %(names)s", names="{names}"),
        "typing": _("%(name)s is typing here", name="{name}"),
        "count": _("%(count)s of %(limit)s characters", count="{count}", limit="{limit}"),
        "unsent": _("Not saved yet: %(count)s", count="{count}"),
        "merged": _("Your words and those of %(name)s were joined.", name="{name}"),
        "removed": _("Row %(number)s was removed.", number="{number}"), "undo": _("Undo"), "put-back": _("Put back"),
        "moved": _("Now row %(number)s of %(count)s.", number="{number}", count="{count}"),
        "added": _("Row %(number)s was added.", number="{number}"), "full": _("This table takes %(max)s rows at most.", max="{max}"),
        "pasted": _("The rows were added."), "paste-offline": _("Pasting rows needs the connection. Try again when it is back."),
        "pasting": _("The rows are being checked …"), "ranked": _("%(item)s: place %(number)s.", item="{item}", number="{number}"),
        "uploading": _("Uploading %(name)s …", name="{name}"),
        "upload-failed": _("%(name)s was not uploaded. Try again when the connection is back.", name="{name}"),
        "progress": _("%(answered)s of %(asked)s answered", answered="{answered}", asked="{asked}"), "choose": _("Choose"),
        "search-targets": _("Search by number or words, in Chinese or English"),
        "found": _("%(count)s found. Use the arrow keys.", count="{count}"), "none-found": _("Nothing found."),
        "take-out": _("Take out: %(item)s", item="{item}"), "yes": _("yes"), "no": _("no"),
        "clash": _("Two versions. Which one holds?"), "clash-row": _("One of you removed this row while the other was writing in it"),
        "wrote": _("%(name)s wrote, %(time)s", name="{name}", time="{time}"), "on-sheet": _("Now on the sheet"),
        "nothing": _("Nothing"), "take-mine": _("Take this version"), "take-theirs": _("Leave what is on the sheet"),
        "both": _("Make one text of both"), "one-text": _("One text of both"), "keep-both": _("Keep this text"),
        "row-removed": _("The row is removed"), "row-stands": _("The row, as it stands"), "somebody": _("Somebody"),
        "comment": _("Comment"), "comments": _("%(count)s comments", count="{count}"), "one-comment": _("1 comment"),
        "close": _("Close the comments"), "numbers": _("Use numbers of goals, for example 3, 11"), "separator": _(", "),
        "remove": _("Remove"), "remove-file": _("Remove %(name)s", name="{name}"),
    }
    return {f"data-t-{name}": text for name, text in texts.items()}
