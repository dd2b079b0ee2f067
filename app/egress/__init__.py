"""The only way out of the house. One rule: whoever calls an address that somebody can set calls it through `Egress`."""

from app.domain.address import Allowed
from app.domain.exchange import Reply
from app.egress.client import Egress, Resolver, SystemResolver
from app.egress.lines import PER_ORIGIN

__all__ = ["PER_ORIGIN", "Allowed", "Egress", "Reply", "Resolver", "SystemResolver"]
