"""Tables of people, organisations, sign-ins, sessions and roles."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.accounts import names
from webapp.core.database import Model, enum_column
from webapp.core.ids import new_id
from webapp.places.models import Place


class Sex(StrEnum):
    """As people state it themselves; unstated is null."""

    FEMALE = "female"
    MALE = "male"


class PositionLevel(IntEnum):
    """Ordered, so that 'middle level and above' is a comparison."""

    STAFF = 10
    JUNIOR = 20
    MIDDLE = 30
    SENIOR = 40
    LEADING = 50


class OrganisationType(StrEnum):
    """What kind of organisation a person works for."""

    GOVERNMENT = "government"
    ASSOCIATION = "association"
    ACADEMIA = "academia"
    BUSINESS = "business"
    CIVIL_SOCIETY = "civil_society"
    MEDIA = "media"
    OTHER = "other"


class GovernmentLevel(StrEnum):
    """Which level of government an organisation is part of."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"


class Sector(StrEnum):
    """What a government organisation is responsible for."""

    GENERAL = "general"
    DEVELOPMENT = "development"
    STATISTICS = "statistics"
    NATURAL_RESOURCES = "natural_resources"
    HOUSING = "housing"
    ENVIRONMENT = "environment"
    AGRICULTURE = "agriculture"
    WATER = "water"
    TRANSPORT = "transport"
    CIVIL_AFFAIRS = "civil_affairs"
    EDUCATION = "education"
    HEALTH = "health"
    CULTURE = "culture"
    FINANCE = "finance"
    COMMERCE = "commerce"
    EMERGENCY = "emergency"
    FOREIGN_AFFAIRS = "foreign_affairs"
    TRAINING = "training"
    OTHER = "other"


class Role(StrEnum):
    """What a person may do beyond learning; granted for a place and the tree below it."""

    TRAINER = "trainer"
    AUTHOR = "author"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class TokenPurpose(StrEnum):
    """What a link in a mail is for."""

    RESET = "reset"
    INVITE = "invite"


LISTED = text("merged_into_id IS NULL AND erased_at IS NULL")
# Compared by bytes, so that both databases order alike and one index serves.
SortText = String(200).with_variant(String(200, collation="C"), "postgresql")


class Organisation(Model):
    """Where a person works; it belongs to a place."""

    __tablename__ = "organisations"
    __table_args__ = (
        Index("uq_organisations_name_place", "name_key", "place_id", unique=True),
        CheckConstraint("merged_into_id IS NULL OR merged_into_id <> id", name="not_itself"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    type: Mapped[OrganisationType] = mapped_column(enum_column(OrganisationType, "organisation_type"))
    government_level: Mapped[GovernmentLevel | None] = mapped_column(enum_column(GovernmentLevel, "government_level"))
    sector: Mapped[Sector | None] = mapped_column(enum_column(Sector, "sector"))
    # Found and ordered by sound as people are; kept by the event below.
    search: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort_key: Mapped[str] = mapped_column(SortText, default="", server_default="", index=True)
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    # One that was merged stays as a name under which the other is found.
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    created_at: Mapped[datetime]

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")


class Person(Model):
    """Someone the programme knows. The one erasable row that holds the name."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("birth_year IS NULL OR (birth_year BETWEEN 1900 AND 2100)", name="birth_year"),
        CheckConstraint("position_level IS NULL OR position_level IN (10, 20, 30, 40, 50)", name="position_level"),
        Index("ix_people_sort_key", "sort_key", "id"),
        # The people of a county by name, and who of them is called so, without a look at the table itself.
        Index(
            "ix_people_listed", "place_id", "sort_key", "id", sqlite_where=LISTED, postgresql_where=LISTED, postgresql_include=["search"],
        ),
        # No extension and no parser of words: the terms are made by us, and found by their beginning in any locale.
        Index("ix_people_search", text("array_to_tsvector(string_to_array(search, ' '))"), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
        # Few were merged: statistics look them up here to count each person once.
        Index("ix_people_merged", "merged_into_id", "id", sqlite_where=text("merged_into_id IS NOT NULL"),
              postgresql_where=text("merged_into_id IS NOT NULL")),
        Index("ix_people_demo", "id", sqlite_where=text("demo"), postgresql_where=text("demo")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    # What the name is found and ordered by; kept by the event below.
    search: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort_key: Mapped[str] = mapped_column(SortText, default="", server_default="")
    language: Mapped[str] = mapped_column(String(20))
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    position_level: Mapped[int | None]
    sex: Mapped[Sex | None] = mapped_column(enum_column(Sex, "sex"))
    birth_year: Mapped[int | None]
    # With + and the country's number where that is known, digits only; no way of signing in.
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise_on_sql")
    sign_in: Mapped[SignIn | None] = relationship(back_populates="person", lazy="raise_on_sql", uselist=False)
    grants: Mapped[list[RoleGrant]] = relationship(foreign_keys="RoleGrant.person_id", lazy="select", viewonly=True)


@event.listens_for(Person.name, "set")
@event.listens_for(Organisation.name, "set")
def _found_by_its_name(row: Person | Organisation, value: str, _before: object, _initiator: object) -> None:
    row.search, row.sort_key = names.search_text(value), names.sort_key(value)


class SignIn(Model):
    """How a person signs in: by an address, kept as typed and, for comparing, folded in `email_key`.

    Who has no address signs in with a telephone number: then `email` is empty, and `email_key` holds the number, which no address
    can equal. The number is a name to sign in with, and proves nothing: nothing is ever sent to it.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        # The beginning of an address, whatever the database's collation.
        Index("ix_sign_ins_email_start", "email_key", postgresql_ops={"email_key": "text_pattern_ops"}).ddl_if(dialect="postgresql"),
        Index("ix_sign_ins_disabled", "person_id", sqlite_where=text("disabled_at IS NOT NULL"),
              postgresql_where=text("disabled_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="sign_in", lazy="joined", innerjoin=True)

    @property
    def name(self) -> str:
        """What the person types to sign in."""
        return self.email or self.email_key


class Session(Model):
    """One signed-in browser. Its id lives in the signed cookie; ending the row signs that browser out."""

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("sign_ins.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    # Kind of device, browser and system, each one word of `devices`; never what the browser said of itself.
    device: Mapped[str] = mapped_column(String(60), default="", server_default="")

    sign_in: Mapped[SignIn] = relationship(lazy="joined", innerjoin=True)


class SignUp(Model):
    """Someone asked to join; person and sign-in are made when the mailed link is confirmed.

    A row is written also when the address has a sign-in already: then nobody is told its token. Each row keeps the
    password of its own request, so that a stranger cannot choose the password of an address that is not theirs.
    """

    __tablename__ = "sign_ups"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(20))
    next_path: Mapped[str] = mapped_column(String(500), default="")
    # The version of the privacy notice to which they agreed, in `language`.
    notice: Mapped[str] = mapped_column(String(20), default="", server_default="")
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation_codes.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class MailToken(Model):
    """A link by which a password is chosen; only its hash is kept, and it works once.

    One without a sign-in leads nowhere: it is written when somebody asks for an address that nobody has.
    """

    __tablename__ = "mail_tokens"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sign_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("sign_ins.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(enum_column(TokenPurpose, "token_purpose"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class RoleGrant(Model):
    """A role for a place and the tree below it; without a place it holds everywhere."""

    __tablename__ = "role_grants"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role, "role"))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    granted_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    granted_at: Mapped[datetime]
    until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None] = mapped_column(String(300))

    place: Mapped[Place | None] = relationship(lazy="joined")
