"""What `piaoda doctor` says of one account: what it can be asked, the way to it, its credentials, its record.

One rule: the probe is free, and takes the tokens that all replicas share, for a provider grants few.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from types import MappingProxyType

from app import main
from app.cli import wire
from app.cli.finding import Finding
from app.clock import Clock
from app.domain.address import Target
from app.domain.errors import DatabaseUnavailable
from app.domain.invoice import Answer, Outcome
from app.domain.phrases import BEIJING
from app.egress import Egress
from app.poller import CALL_LIMIT
from app.replica import TENANT
from app.settings import Settings
from app.store import accounts
from app.store.database import Database
from app.tax.adapter import Capabilities, TaxAdapter
from app.tax.expiry import ends_soon
from app.tax.generations import NAMES
from app.tax.registry import ADAPTERS

_DO = MappingProxyType({
    Outcome.TRANSIENT: "try again in some minutes; if it stays, ask the provider what the code means",
    Outcome.QUOTA_ACCOUNT: "top up the account, or raise its quota at the provider",
    Outcome.RATE_LIMITED: "lower limits.rate of this account, or ask the provider for more",
    Outcome.AUTHORITY_DOWN: "the tax authority is down: wait, questions stay due",
})  # fmt: skip


class Examination:
    """`database` is None when it cannot be used: then nobody knows tokens or records."""

    def __init__(self, chosen: Settings, name: str, egress: Egress, database: Database | None, clock: Clock) -> None:
        self._chosen, self._name, self._settings = chosen, name, chosen.config.accounts[name]
        self._egress, self._database, self._clock = egress, database, clock

    async def findings(self) -> list[Finding]:
        """A finding for each line; never raises for what is wrong with the account."""
        way = [finding async for finding in self._way()]
        ends = [end for _, end in self._settings.generations(self._name)]
        return [
            self._capabilities(),
            *way,
            *await self._credentials(len(ends), wire.passable(way)),
            *(self._expiry(index, len(ends), end) for index, end in enumerate(ends)),
            await self._record(),
        ]

    def _what(self, thing: str = "", index: int = 0, count: int = 1) -> str:
        return f"account {self._name}, {thing}{f' ({NAMES[index]})' if count > 1 else ''}"

    def _capabilities(self) -> Finding:
        told = _words(self._settings.capabilities(ADAPTERS[self._settings.adapter].capabilities))
        return Finding(self._what("capabilities"), True, f"{self._settings.adapter}, {told}")

    async def _way(self) -> AsyncIterator[Finding]:
        """To where questions go, and to where tokens are granted if that is another host."""
        places = {"": self._settings.url, " for tokens": self._settings.token_url}
        seen = set()
        for suffix, url in places.items():
            if url and (origin := Target.parse(url).origin) not in seen:
                seen.add(origin)
                for finding in await self._to(f"account {self._name}{suffix}", url):
                    yield finding

    async def _to(self, what: str, url: str) -> list[Finding]:
        deadline = self._settings.limits.timeout.total_seconds()
        return await wire.look(what, url, self._egress, self._clock, deadline=deadline, scale=self._chosen.scale)

    async def _credentials(self, count: int, passable: bool) -> list[Finding]:
        names = [self._what("credentials", index, count) for index in range(count)]
        if not passable:
            return [Finding(name, None, "not tried: nobody can be reached") for name in names]
        if self._database is None:
            return [Finding(name, None, "not tried: tokens are shared through the database") for name in names]
        adapters = main.adapters(self._chosen, self._name, self._egress, self._database, self._clock)
        answers = [await self._probed(adapter) for adapter in adapters]
        return [_verdict(name, answers, index) for index, name in enumerate(names)]

    async def _probed(self, adapter: TaxAdapter) -> Answer:
        try:
            async with asyncio.timeout(self._settings.limits.timeout.total_seconds() * CALL_LIMIT):
                return await adapter.probe()
        except TimeoutError:
            return Answer(Outcome.TRANSIENT, code="timeout", message="no answer in time")
        except DatabaseUnavailable as error:
            return Answer(Outcome.TRANSIENT, code="no_token", message=str(error))

    def _expiry(self, index: int, count: int, end: datetime | None) -> Finding:
        what, now = self._what("expiry", index, count), self._clock.now()
        if end is None:
            return Finding(what, True, "not known; expires_at beside the credentials lets us warn of it")
        local = f"{end.astimezone(BEIJING):%Y-%m-%d %H:%M} Beijing time"
        do = (
            "get new ones and put them first under credentials: (docs/how-to/accounts.md)"
            if not index
            else "take them away"
        )
        if end <= now:
            return Finding(what, index > 0, f"ended {local}", do)
        return Finding(what, True, f"ends {local}, in {(end - now).days} days", do if ends_soon(end, now) else "")

    async def _record(self) -> Finding:
        what = self._what("record")
        if self._database is None:
            return Finding(what, None, "not known without the database")
        state = await accounts.breaker(self._database, TENANT, self._name)
        if state.open_until is None:
            return Finding(what, True, "no trouble on record")
        says = f"paused until {state.open_until:%Y-%m-%d %H:%M} UTC because of {state.reason}"
        return Finding(what, False, says, "the lines above say why; then it is asked again by itself")


def _verdict(what: str, answers: list[Answer], index: int) -> Finding:
    """What the answer to a probe says of the credentials. Older ones that are refused have had their time."""
    answer = answers[index]
    told = " ".join(part for part in (answer.code, answer.message) if part)
    if answer.outcome is Outcome.AUTH:
        if index and answers[0].outcome not in {Outcome.AUTH, Outcome.TRANSIENT}:
            return Finding(what, True, f"refused: {told}", "take them away: the newest are taken")
        do = "compare them with the provider's console: spelling, product enabled, our address allowed, not withdrawn"
        return Finding(what, False, f"refused: {told}", do)
    if answer.outcome is Outcome.TRANSIENT:
        return Finding(what, False, f"not understood: {told}", _DO[answer.outcome])
    return Finding(what, True, f"taken{f' ({told})' if told else ''}", _DO.get(answer.outcome, ""))


def _words(can: Capabilities) -> str:
    return ", ".join((
        f"family {can.family}",
        f"kinds {' '.join(sorted(can.needs)) if can.needs else 'any'}",
        f"{can.batch} a call",
        f"{can.rate:g} calls a second",
        f"{can.concurrency} at once",
        f"{can.daily_limit} checks an invoice and day" if can.daily_limit else "no daily limit",
        f"remembers {can.retention.total_seconds() / 3600:g} h" if can.retention else "remembers for good",
        "answers on the day of issue" if can.same_day else "answers from the day after the issue",
        f"paid for {' '.join(sorted(can.charged))}" if can.charged else "free",
        f"days of {can.zone}",
    ))  # fmt: skip
