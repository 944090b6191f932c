"""What a participant needs: three short texts, all optional."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import _, lazy
from webapp.trainings.rules_people import BadNeeds

FIELDS = {
    "diet": (lazy("Meals"), 200), "access": (lazy("Access"), 300), "interpretation": (lazy("Interpretation"), 200),
}


def read(form: Mapping[str, str]) -> dict[str, str]:
    """The texts by field, tidied. Raises `BadNeeds` naming the field that is too long."""
    said = {}
    for field, (label, longest) in FIELDS.items():
        text = " ".join(form.get(field, "").replace("\0", "").split())
        if len(text) > longest:
            raise BadNeeds(_("%(field)s: please write at most %(most)d characters.", field=str(label), most=longest))
        said[field] = text
    return said
