"""Words for levels, types, sexes and roles in the reader's language."""

from __future__ import annotations

from webapp.accounts.models import OrganisationType, PositionLevel, Role, Sex
from webapp.core.i18n import lazy

POSITION_LEVELS = {
    PositionLevel.STAFF: lazy("Staff member"),
    PositionLevel.JUNIOR: lazy("Junior management"),
    PositionLevel.MIDDLE: lazy("Middle management"),
    PositionLevel.SENIOR: lazy("Senior management"),
    PositionLevel.LEADING: lazy("Head of the organisation"),
}
ORGANISATION_TYPES = {
    OrganisationType.GOVERNMENT: lazy("Government or public institution"),
    OrganisationType.ASSOCIATION: lazy("Association of local governments or of a profession"),
    OrganisationType.ACADEMIA: lazy("University or research institute"),
    OrganisationType.BUSINESS: lazy("Business"),
    OrganisationType.CIVIL_SOCIETY: lazy("Civil society organisation"),
    OrganisationType.MEDIA: lazy("Media"),
    OrganisationType.OTHER: lazy("Other"),
}
SEXES = {Sex.FEMALE: lazy("Female"), Sex.MALE: lazy("Male")}
ROLES = {
    Role.TRAINER: lazy("Trainer"),
    Role.AUTHOR: lazy("Author"),
    Role.STAFF: lazy("Programme staff"),
    Role.ADMINISTRATOR: lazy("Administrator"),
}
