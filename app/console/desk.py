"""Where people act: the incident pages, and the page behind a signed link. One rule: only a POST does anything."""

from dataclasses import dataclass, field

from app.console.access import Door
from app.console.act import PATH, Links
from app.console.incidents import IncidentPages
from app.console.rendering import Press
from app.console.visit import Page
from app.domain.acting import People
from app.domain.alerting_policy import AlertPolicy
from app.store.incident_log import IncidentLog


@dataclass(frozen=True, slots=True)
class Desk:
    """`key`: what links are signed with (`links.key_of`); None: there are none."""

    incidents: IncidentLog
    tenant: str
    policy: AlertPolicy = field(default_factory=AlertPolicy)
    people: People = field(default_factory=People)
    key: bytes | None = field(default=None, repr=False)

    def pages(self, press: Press, door: Door) -> list[tuple[str, str, Page]]:
        """Address, method and page of each."""
        at = IncidentPages(self.incidents, door, press, self.policy, self.tenant)
        links = Links(self.incidents, door, press, self.policy, self.people, self.key, self.tenant)
        return [
            ("/incidents", "GET", at.all),
            ("/incidents/{incident_id}", "GET", at.one),
            ("/incidents/{incident_id}/{deed}", "POST", at.do),
            (PATH, "GET", links.ask),
            (PATH, "POST", links.do),
        ]
