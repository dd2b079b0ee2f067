"""The incidents that are open, and one of them. One rule: whoever may look sees all; who may act has buttons."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from app.console.access import Door
from app.console.act import until_of
from app.console.refusal import Refusal, not_found, sign_in_needed
from app.console.rendering import Press
from app.console.visit import Visit, form_of
from app.domain.acting import LASTINGS, Act, Deed, Effect, ends_at
from app.domain.alerting_policy import AlertPolicy
from app.domain.incident import IncidentState
from app.domain.quiet import IncidentListing
from app.store.incident_log import IncidentLog

_MOST: Final = 100
_ENDED: Final = 10
_MEMBERS: Final = 50
_UNACKNOWLEDGE: Final = "unacknowledge"


@dataclass(frozen=True, slots=True)
class IncidentPages:
    incidents: IncidentLog
    door: Door
    press: Press
    policy: AlertPolicy
    tenant: str

    async def all(self, visit: Visit) -> Response:
        """What is wrong now, and what has ended lately."""
        unresolved = (IncidentState.OPEN, IncidentState.DRAINING)
        now = await self.incidents.all(self.tenant, IncidentListing(state=unresolved, limit=_MOST))
        ended = await self.incidents.all(self.tenant, IncidentListing(state=(IncidentState.RESOLVED,), limit=_ENDED))
        return await self._page(visit, "incidents", unresolved=now.items, more=now.last is not None, ended=ended.items)

    async def one(self, visit: Visit) -> Response:
        """One incident: its scope, its invoices, and who was told when."""
        known = _id(visit)
        incident = await self.incidents.get(self.tenant, known)
        members = await self.incidents.members(self.tenant, known, None, _MEMBERS)
        if incident is None or members is None:
            raise not_found("no_incident")
        return await self._page(visit, "incident", incident=incident, members=members.items, more=members.last)

    async def do(self, visit: Visit) -> Response:
        """Does what a button says and shows the incident as it then is."""
        fields = await form_of(visit.request)
        principal = await self.door.actor(visit.request)
        if principal is None:
            raise sign_in_needed("no_actor")
        known, deed, now = _id(visit), visit.request.path_params["deed"], visit.say.now
        if deed == _UNACKNOWLEDGE:
            effect = await self.incidents.unacknowledge(self.tenant, known, now)
        elif deed in list(Act):
            until = until_of(Act(deed), fields.get("lasting", ""), now, self.policy)
            effect = await self.incidents.do(self.tenant, Deed(Act(deed), known, principal.name, until), now)
        else:
            raise not_found()
        if effect is Effect.UNKNOWN:
            raise not_found("no_incident")
        if effect is Effect.RESOLVED:
            raise Refusal(HTTPStatus.CONFLICT, "incident_over")
        return RedirectResponse(f"/incidents/{known}", 303)

    async def _page(self, visit: Visit, name: str, **values: Any) -> Response:
        may_act = await self.door.actor(visit.request) is not None
        lastings: dict[str, datetime] = {each: ends_at(each, visit.say.now, self.policy.hours) for each in LASTINGS}
        return visit.shown(self.press, name, may_act=may_act, lastings=lastings, **values)


def _id(visit: Visit) -> str:
    text: str = visit.request.path_params["incident_id"]
    try:
        return str(UUID(text))
    except ValueError:
        raise not_found("no_incident") from None
