"""The only way out of the house. One rule: whoever calls an address that somebody can set calls it through `Egress`."""

from app.domain.address import Allowed
from app.domain.exchange import Reply
from app.egress.client import Egress
from app.egress.lines import PER_ORIGIN
from app.egress.names import Resolver, SystemResolver

__all__ = ["PER_ORIGIN", "Allowed", "Egress", "Reply", "Resolver", "SystemResolver"]
