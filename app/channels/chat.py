"""What every chat tool has in common: many parcels become one message, posted as JSON.

Its one rule: tools differ in two functions only: how an alert is dressed, and how a reply is judged.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from app.channels.channel import Destination, Parcel, Receipt, Toolbox
from app.channels.reply import unreachable
from app.domain.alert import Alert, compose
from app.domain.errors import EgressError
from app.egress import Reply

Render = Callable[[Alert, Sequence[str]], Mapping[str, Any]]
"""From an alert and the people to mention to the JSON document of the tool, within its limits."""

Judge = Callable[[Reply, datetime], Receipt]


class Chat:
    """One chat room, reached by a URL that is its credential. A flood becomes one digest."""

    batch = 100

    def __init__(self, render: Render, judge: Judge, destination: Destination, tools: Toolbox) -> None:
        self._render, self._judge = render, judge
        self._destination, self._egress, self._clock = destination, tools.egress, tools.clock

    async def send(self, parcels: Sequence[Parcel]) -> Receipt:
        to, now = self._destination, self._clock.now()
        alert = compose([_payload(parcel) for parcel in parcels], to.language, now)
        try:
            reply = await self._post(self._render(alert, to.mentions if alert.urgent else ()))
        except EgressError as error:
            return unreachable(error)
        return self._judge(reply, now)

    async def _post(self, document: Mapping[str, Any]) -> Reply:
        """Raw UTF-8 rather than escapes: WeCom takes escaped Chinese for illegal characters (40033)."""
        return await self._egress.request(
            "POST",
            self._destination.url,
            headers={"content-type": "application/json; charset=utf-8"},
            content=json.dumps(document, ensure_ascii=False).encode(),
            deadline=self._destination.timeout,
        )


def _payload(parcel: Parcel) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = parcel.payload or json.loads(parcel.body)
    return payload
