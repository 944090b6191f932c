"""Words for levels, types, sexes and roles in the reader's language."""

from __future__ import annotations

from webapp.accounts.models import GovernmentLevel, OrganisationType, PositionLevel, Role, Sector, Sex
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
GOVERNMENT_LEVELS = {
    GovernmentLevel.NATIONAL: lazy("National"),
    GovernmentLevel.PROVINCE: lazy("Provincial"),
    GovernmentLevel.CITY: lazy("City (prefecture level)"),
    GovernmentLevel.COUNTY: lazy("County level"),
    GovernmentLevel.TOWNSHIP: lazy("Township or subdistrict"),
    GovernmentLevel.VILLAGE: lazy("Village or community"),
}
SECTORS = {
    Sector.GENERAL: lazy("Government office"),
    Sector.DEVELOPMENT: lazy("Development and reform"),
    Sector.STATISTICS: lazy("Statistics"),
    Sector.NATURAL_RESOURCES: lazy("Natural resources and planning"),
    Sector.HOUSING: lazy("Housing and urban-rural development"),
    Sector.ENVIRONMENT: lazy("Ecology and environment"),
    Sector.AGRICULTURE: lazy("Agriculture and rural affairs"),
    Sector.WATER: lazy("Water resources"),
    Sector.TRANSPORT: lazy("Transport"),
    Sector.CIVIL_AFFAIRS: lazy("Civil affairs"),
    Sector.EDUCATION: lazy("Education"),
    Sector.HEALTH: lazy("Health"),
    Sector.CULTURE: lazy("Culture and tourism"),
    Sector.FINANCE: lazy("Finance"),
    Sector.COMMERCE: lazy("Commerce and industry"),
    Sector.EMERGENCY: lazy("Emergency management"),
    Sector.FOREIGN_AFFAIRS: lazy("Foreign affairs"),
    Sector.TRAINING: lazy("Training of officials"),
    Sector.OTHER: lazy("Another sector"),
}
