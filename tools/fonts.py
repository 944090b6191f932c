"""Make the font files of webapp/core/pdf/fonts from the Noto fonts that Debian ships.

Usage: fonts.py SOURCE TARGET

SOURCE is the folder `usr/share/fonts` of the unpacked packages fonts-noto-cjk, fonts-noto-cjk-extra, fonts-noto-core
and fonts-noto-extra. Chinese faces have cubic outlines, which PDF libraries without CFF support cannot embed:
they are converted to quadratic ones within 1.2 thousandths of the type size. Hints go, since nothing on paper uses
them; layout tables stay, since names in many scripts need them. Takes about two minutes.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

HEADING_WORDS = "结业证书样张"
SIMPLIFIED_CHINESE = 2  # index of the face in Debian's collections
TOLERANCE = 1.2
HANGUL = range(0xAC00, 0xD7B0)
HAN = (range(0x2E80, 0x3000), range(0x3100, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x40000))

SCRIPT_FACES = (
    "NotoSerifDisplay-Medium", "NotoSerif-Medium", "NotoNaskhArabic-Medium", "NotoSerifTibetan-Medium",
    "NotoSansMongolian-Regular", "NotoSansYi-Regular", "NotoSerifThai-Medium", "NotoSerifLao-Medium",
    "NotoSerifKhmer-Medium", "NotoSerifMyanmar-Medium", "NotoSerifDevanagari-Medium", "NotoSerifBengali-Medium",
    "NotoSerifTamil-Medium", "NotoSerifHebrew-Medium", "NotoSerifArmenian-Medium", "NotoSerifGeorgian-Medium",
    "NotoSerifEthiopic-Medium", "NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic",
)  # fmt: skip
OPTIONAL_FEATURES = {
    "aalt", "c2sc", "case", "dnom", "frac", "lnum", "numr", "onum", "ordn", "pnum", "salt", "sinf", "smcp", "subs",
    "sups", "tnum", "zero",
}  # fmt: skip


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    cjk = source / "opentype" / "noto"
    serif = cjk / "NotoSerifCJK-Medium.ttc"
    characters = {code for code in characters_of(serif) if code not in HANGUL} | double_bytes("euc_kr")
    convert(serif, target / "NotoSerifSC-Medium.ttf", characters)
    convert(cjk / "NotoSerifCJK-Bold.ttc", target / "NotoSerifSC-Heading.ttf", set(map(ord, HEADING_WORDS)))
    sans = cjk / "NotoSansCJK-Regular.ttc"
    every = {code for code in characters_of(sans) if code not in HANGUL}
    common = {code for code in every if not any(code in block for block in HAN)} | double_bytes("gb2312")
    for weight in ("Regular", "Bold"):
        file = cjk / f"NotoSansCJK-{weight}.ttc"
        convert(file, target / f"NotoSansSC-{weight}.ttf", every & (common | (every - characters_of(serif))))
    for name in SCRIPT_FACES:
        font = TTFont(source / "truetype" / "noto" / f"{name}.ttf")
        keep(font, set(font.getBestCmap()), features=wanted_features(font))
        font.save(target / f"{name}.ttf")


def characters_of(path: Path) -> set[int]:
    return set(TTFont(path, fontNumber=SIMPLIFIED_CHINESE, lazy=True).getBestCmap())


def double_bytes(encoding: str) -> set[int]:
    """The characters of a national two-byte standard, as the ordering of the most common ones."""
    pairs = (bytes((first, second)) for first in range(0xA1, 0xFF) for second in range(0xA1, 0xFF))
    return {ord(character) for pair in pairs if len(character := pair.decode(encoding, "ignore")) == 1}


def wanted_features(font: TTFont) -> list[str]:
    found = {
        record.FeatureTag
        for tag in ("GSUB", "GPOS")
        if tag in font and font[tag].table.FeatureList
        for record in font[tag].table.FeatureList.FeatureRecord
    }
    return sorted(tag for tag in found - OPTIONAL_FEATURES if not tag.startswith(("ss", "cv")))


def keep(font: TTFont, characters: set[int], *, features: list[str]) -> None:
    """Reduce `font` in place to `characters`; without `features` its layout tables go too."""
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["DSIG", "hdmx", "VDMX", "LTSH", "STAT", "MATH", "vhea", "vmtx", "VORG", "BASE"]
    if not features:
        options.drop_tables += ["GSUB", "GPOS", "GDEF"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def convert(source: Path, target: Path, characters: set[int]) -> None:
    """The Simplified Chinese face of `source`, reduced to `characters`, as TrueType."""
    font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE)
    keep(font, characters, features=[])
    order, drawn = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(drawn)
        drawn[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(table)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = (advance, glyphs[name].xMin if glyphs[name].numberOfContours else 0)
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    limits.maxZones = 1
    for field in (
        "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
        "maxSizeOfInstructions", "maxComponentElements", "maxComponentDepth",
    ):  # fmt: skip
        setattr(limits, field, 0)
    del font["CFF "]
    font["post"].formatType = 3.0
    font.sfntVersion = "\0\1\0\0"
    font.save(target)


if __name__ == "__main__":
    main()
