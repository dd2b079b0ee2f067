"""The page behind a signed link: it shows what the button will do, and the button does it.

One rule: looking changes nothing, however often link previews and mail scanners look; only the form acts, once.
"""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from app.console.access import Door
from app.console.refusal import Refusal, not_found, sign_in_needed
from app.console.rendering import Press
from app.console.visit import Visit, form_of
from app.domain import links
from app.domain.acting import LASTINGS, Act, Deed, Effect, Once, People, ends_at
from app.domain.alerting_policy import AlertPolicy
from app.domain.links import Claim, Unusable
from app.store.incident_log import IncidentLog

PATH: Final = "/act/{token}"

_UNUSABLE: Final = {
    Unusable.FORGED: (HTTPStatus.NOT_FOUND, "link_forged"),
    Unusable.EXPIRED: (HTTPStatus.GONE, "link_expired"),
}


def until_of(act: Act, lasting: str, now: datetime, policy: AlertPolicy) -> datetime | None:
    """When what is done now is over; Refusal 400 for a time that no button offers."""
    if act is Act.ACKNOWLEDGE:
        return now + policy.acknowledge_for
    if act is Act.CHECK:
        return None
    if lasting not in LASTINGS:
        raise Refusal(HTTPStatus.BAD_REQUEST, "malformed")
    return ends_at(lasting, now, policy.hours)


@dataclass(frozen=True, slots=True)
class Links:
    """`key` None: no link is ours."""

    incidents: IncidentLog
    door: Door
    press: Press
    policy: AlertPolicy
    people: People
    key: bytes | None = field(repr=False)
    tenant: str

    async def ask(self, visit: Visit) -> Response:
        """The incident in words, what the button will do and for how long."""
        claim = self._claim(visit)
        if await self.incidents.used(self.tenant, claim.nonce.hex()):
            raise Refusal(HTTPStatus.GONE, "link_used")
        return await self._page(visit, claim, await self._actor(visit, claim))

    async def do(self, visit: Visit) -> Response:
        """Does it, once, in the name of whom the link was sent to, or of who has signed in."""
        fields = await form_of(visit.request)
        claim, now = self._claim(visit), visit.say.now
        actor = await self._actor(visit, claim)
        until = until_of(claim.act, fields.get("lasting", ""), now, self.policy)
        once = Once(claim.nonce.hex(), claim.expires_at)
        effect = await self.incidents.do(self.tenant, Deed(claim.act, claim.incident, actor, until), now, once)
        if effect is Effect.USED:
            raise Refusal(HTTPStatus.GONE, "link_used")
        return await self._page(visit, claim, actor, effect=effect, until=until)

    def _claim(self, visit: Visit) -> Claim:
        token = visit.request.path_params["token"]
        read = links.read(self.key, token, visit.say.now) if self.key else Unusable.FORGED
        if isinstance(read, Unusable):
            raise Refusal(*_UNUSABLE[read])
        return read

    async def _actor(self, visit: Visit, claim: Claim) -> str:
        """In whose name: the person to whom alone it was sent, else the visitor with a key that may act."""
        if claim.person:
            person = self.people.by_name.get(claim.person)
            if person is None or claim.act not in person.may:
                raise Refusal(HTTPStatus.FORBIDDEN, "person_may_not")
            return person.name
        principal = await self.door.actor(visit.request)
        if principal is None:
            raise sign_in_needed("no_actor")
        return principal.name

    async def _page(self, visit: Visit, claim: Claim, actor: str, **values: Any) -> Response:
        incident = await self.incidents.get(self.tenant, claim.incident)
        if incident is None:
            raise not_found("no_incident")
        now = visit.say.now
        values = {"effect": None, "until": None} | values
        lasting = {each: ends_at(each, now, self.policy.hours) for each in LASTINGS}
        return visit.shown(
            self.press, "act", act=claim.act.value, actor=actor, incident=incident, lastings=lasting,
            acknowledged_to=now + self.policy.acknowledge_for, **values,
        )  # fmt: skip
