"""Catalogues of the rooms: update from the sources, compile, check that nothing is missing.

python tools/translations.py update [ROOM ...]
python tools/translations.py compile
python tools/translations.py check
"""

from __future__ import annotations

import os
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "webapp"
LOCALES = ("zh_Hans",)
KEYWORDS = {
    "_": None, "gettext": None, "lazy": None, "_n": (1, 2), "ngettext": (1, 2), "_p": ((1, "c"), 2), "pgettext": ((1, "c"), 2),
    "trans": None,
}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("**/templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]


def rooms() -> list[str]:
    """Every folder that keeps a catalogue of its own: the packages, and the look."""
    found = [path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()]
    return sorted([*found, "core/ui"])


def extracted(room: str) -> Catalog:
    """The messages in the sources of a room; those of a room inside it are left out."""
    folder = PACKAGE / room
    inner = [PACKAGE / other for other in rooms() if other != room and other.startswith(f"{room}/")]
    catalogue = Catalog(charset="utf-8", project="LocalGoals", fuzzy=False)
    for name, line, message, _comments, context in extract_from_dir(
        str(folder), METHODS, {"**.html": {"silent": "false"}, "templates/**.html": {"silent": "false"}}, KEYWORDS
    ):
        path = folder / name
        if message and not any(path.is_relative_to(other) for other in inner):
            catalogue.add(message, None, [(path.relative_to(ROOT).as_posix(), line)], context=context)
    return catalogue


def path_of(room: str, locale: str) -> Path:
    return PACKAGE / room / "translations" / locale / "LC_MESSAGES" / "messages.po"


def stored(room: str, locale: str) -> Catalog:
    path = path_of(room, locale)
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8", project="LocalGoals", fuzzy=False)
    return read_po(BytesIO(path.read_bytes()), locale=locale)


def update(room: str) -> None:
    """Add new messages, drop those that are gone, keep what is translated."""
    template = extracted(room)
    for locale in LOCALES:
        if not len(template):
            continue
        catalogue = stored(room, locale)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = path_of(room, locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        buffer = BytesIO()
        write_po(buffer, catalogue, width=0, no_location=True, omit_header=False, sort_output=True, ignore_obsolete=True)
        # Dates in the header would change every file at every run.
        lines = [line for line in buffer.getvalue().decode().splitlines() if "-Date: " not in line]
        path.write_text("\n".join(lines).strip() + "\n")
        missing = sum(1 for message in catalogue if message.id and not all(_strings(message.string)))
        print(f"{room} {locale}: {len(catalogue)} messages, {missing} to translate")


def _strings(string: object) -> list[str]:
    return [part or "" for part in string] if isinstance(string, (list, tuple)) else [str(string or "")]


def compile_all() -> None:
    for path in PACKAGE.glob("**/messages.po"):
        catalogue = read_po(BytesIO(path.read_bytes()), locale=path.parts[-3])
        # Written beside and renamed, so that a server or a test that starts right now never reads half a file.
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(path.with_suffix(".mo"))


def clashes() -> int:
    """One message with two translations: the rooms' catalogues become one, so the last would win everywhere."""
    wrong = 0
    for locale in LOCALES:
        first: dict[tuple[object, object], tuple[str, object]] = {}
        for room in rooms():
            for message in stored(room, locale):
                if not message.id:
                    continue
                where, string = first.setdefault((str(message.id), message.context), (room, message.string))
                if string != message.string:
                    print(f"{message.id!r} is {string!r} in {where} and {message.string!r} in {room}: use one, or pgettext")
                    wrong += 1
    return wrong


def check() -> int:
    """Print every missing, superfluous or broken message; the number of them."""
    wrong = clashes()
    for room in rooms():
        template = extracted(room)
        for locale in LOCALES:
            catalogue = stored(room, locale)
            for message in template:
                if not message.id:
                    continue
                found = catalogue.get(message.id, message.context)
                if found is None or not all(_strings(found.string)):
                    print(f"{path_of(room, locale).relative_to(ROOT)}: missing: {message.id!r}")
                    wrong += 1
                    continue
                for error in found.check(catalogue):
                    print(f"{path_of(room, locale).relative_to(ROOT)}: {found.id!r}: {error}")
                    wrong += 1
            for message in catalogue:
                if message.id and template.get(message.id, message.context) is None:
                    print(f"{path_of(room, locale).relative_to(ROOT)}: no longer used: {message.id!r}")
                    wrong += 1
    return wrong


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update", *chosen]:
            for room in chosen or rooms():
                update(room)
            compile_all()
        case ["compile"]:
            compile_all()
        case ["check"]:
            return 1 if check() else 0
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
