"""Receivers that answer what a test says, and a notifier before them."""

import asyncio
from collections import Counter

from app.channels.channel import Receipt, Result
from app.channels.roster import Fixed, Served

GOOD = Receipt(Result.DELIVERED, 200)
BAD = Receipt(Result.RETRY, 503, "http_503")


class Scripted:
    """A receiver that answers what the test says, the last answer for ever; `sent` remembers every call."""

    def __init__(self, *receipts: Receipt, batch: int = 1) -> None:
        self.script, self.sent, self.batch = list(receipts), [], batch

    async def send(self, parcels) -> Receipt:
        self.sent.append([(one.id, one.body) for one in parcels])
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


class Poisoned(Scripted):
    """A channel that raises whenever the invoice `number` is among what it is given."""

    def __init__(self, number: str, batch: int) -> None:
        super().__init__(GOOD, batch=batch)
        self.number = number

    async def send(self, parcels) -> Receipt:
        if any(one.payload["data"]["invoice"]["number"] == self.number for one in parcels):
            raise KeyError(self.number)
        return await super().send(parcels)


class Hanging(Scripted):
    """A receiver that takes connections and answers nobody before `answer` is set; `most` hung at the same time."""

    def __init__(self, *receipts: Receipt, batch: int = 1) -> None:
        super().__init__(*(receipts or [GOOD]), batch=batch)
        self.answer, self.hung, self.most, self.parcels = asyncio.Event(), 0, 0, Counter()

    async def send(self, parcels) -> Receipt:
        self.parcels.update(one.id for one in parcels)
        self.hung += 1
        self.most = max(self.most, self.hung)
        try:
            await self.answer.wait()
        finally:
            self.hung -= 1
        return await super().send(parcels)


def ids(channel):
    """What it was sent, in order."""
    return [one for call in channel.sent for one, _ in call]


def roster(timeout=5.0, kind="webhook", **channels):
    return Fixed({name: Served(channel, kind, timeout) for name, channel in channels.items()})


async def turn(*notifiers):
    """One step of each, and the end of what it began."""
    for one in notifiers:
        await one.step()
        await one.finish(30)
