"""The addresses of the interface, which is all that a start needs: operations and their models are loaded by the first request."""

from __future__ import annotations

from webapp.core.frozen import dataclass

PREFIX = "/api/v1"
_READ = ("list", "item")
_KINDS = {
    "people": (*_READ, "create", "change"), "organisations": (*_READ, "create", "change"), "places": _READ, "enrolments": _READ,
    "results": _READ, "certificates": _READ, "statistics": ("answer",),
}


class Addressed:
    """One method of one address. `kind`: list, item, create, change, answer."""

    kind: str

    @property
    def about(self) -> str:
        """What it is about, as the address says it: `people`."""
        raise NotImplementedError

    @property
    def method(self) -> str:
        """The HTTP method."""
        return {"list": "GET", "item": "GET", "answer": "GET", "create": "POST", "change": "PATCH"}[self.kind]

    @property
    def one(self) -> bool:
        """Whether the address ends in an id."""
        return self.kind in ("item", "change")

    @property
    def rule(self) -> str:
        """The route, as Flask writes it."""
        return f"{PREFIX}/{self.about}" + ("/<uuid:item_id>" if self.one else "")

    @property
    def path(self) -> str:
        """The route, as OpenAPI writes it."""
        return self.rule.replace("<uuid:item_id>", "{id}")

    @property
    def name(self) -> str:
        """A name for programs, such as `list_people`; also the endpoint's."""
        return f"{self.kind}_{self.about}"


@dataclass(frozen=True)
class Route(Addressed):
    """An address and its method, without what answers it."""

    kind: str
    noun: str

    @property
    def about(self) -> str:
        """The noun of the address."""
        return self.noun


# A test compares them with the table of operations.
ROUTES = tuple(Route(kind, noun) for noun, kinds in _KINDS.items() for kind in kinds)
