"""Who acts: a member of staff in a request, or the product itself."""

from dataclasses import dataclass

from models.staff import Role

SYSTEM_ID = "system"


@dataclass(frozen=True)
class Actor:
    """Who acts, from where. `address` is the network address, empty for the product itself."""

    id: str
    name: str
    roles: frozenset[Role]
    department: str | None
    address: str
    request_id: str

    @property
    def is_system(self) -> bool:
        """Tell whether no member of staff acts, but a job or a command."""
        return self.id == SYSTEM_ID


def system(name: str) -> Actor:
    """Return the product itself as actor, named after what it does: a job, a command."""
    return Actor(SYSTEM_ID, name, frozenset(), None, "", "")


SYSTEM = system("system")
