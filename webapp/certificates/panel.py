"""The certificates of a person on the page that administrators see."""

from __future__ import annotations

from uuid import UUID

from webapp.certificates import queries
from webapp.certificates.models import Certificate
from webapp.core.i18n import _, localised
from webapp.core.panels import Panel, PanelCell
from webapp.core.ui.templating import address, moment_text


def certificates(person_id: UUID) -> Panel:
    """Certificates, the newest first. One query."""
    return Panel("certificates", _("Certificates"), [_("Certificate"), _("Code"), _("Issued"), _("State")],
                 [_row(each) for each in queries.of_person(person_id)], _("No certificate yet."))


def _row(row: Certificate) -> list[PanelCell]:
    return [
        PanelCell(localised(row.printed["title"])), PanelCell(row.code, address(f"/certificates/{row.code}")),
        PanelCell(moment_text(row.issued_at)), PanelCell(_("Revoked") if row.revoked_at else _("Valid")),
    ]
