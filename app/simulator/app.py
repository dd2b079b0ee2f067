"""The simulated tax systems as one web application: every dialect and an admin doorway over one world.

One rule: every instant comes from the clock that is handed in, so a day can pass in two minutes; only slow
answers take real time. Run it under uvicorn (`serving`, or any other way): dropped connections need it.
"""

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp

from app.clock import Clock
from app.simulator.accounts import DEMO, Credentials
from app.simulator.admin import Admin
from app.simulator.behaviour import Behaviour
from app.simulator.dialects import DIALECTS
from app.simulator.faults import Faults
from app.simulator.world import World


class Simulator(FastAPI):
    """FastAPI with the faults outside of every middleware: only there is the connection in reach."""

    def __init__(self, world: World) -> None:
        super().__init__(title="Piaoda tax system simulator", docs_url=None, redoc_url=None)
        self._world, self._speakers = world, [speaker(world) for speaker in DIALECTS.values()]
        for speaker in self._speakers:
            self.include_router(speaker.router())
        self.include_router(Admin(world).router())
        self.add_exception_handler(RequestValidationError, _unprocessable)

    def build_middleware_stack(self) -> ASGIApp:
        return Faults(super().build_middleware_stack(), self._world, [each.doorway for each in self._speakers])


async def _unprocessable(_: Request, wrong: Exception) -> JSONResponse:
    """FastAPI repeats what it was given, which JSON cannot always say (NaN)."""
    assert isinstance(wrong, RequestValidationError)
    told = [{name: fault[name] for name in ("type", "loc", "msg")} for fault in wrong.errors()]
    return JSONResponse({"detail": told}, 422)


def create(
    clock: Clock,
    behaviour: Behaviour | None = None,
    seed: int = 1,
    accounts: Sequence[Credentials] = DEMO,
) -> FastAPI:
    """A fresh tax system. The same seed and the same calls at the same instants give the same answers."""
    return Simulator(World(clock, behaviour or Behaviour(), seed, accounts))
