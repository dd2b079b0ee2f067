"""Whether this process lives, and whether it can serve.

One rule: living asks nobody, so that a dead database kills no process.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.api.answers import HealthOut
from app.api.operations import Good, add
from app.api.ports import Readiness
from app.api.problems import Problem


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    readiness: Readiness

    async def live(self) -> Response:
        """Whether the process lives.

        200 as long as the event loop turns; it asks nobody, so that a dead database kills no process.
        """
        return JSONResponse({"status": "ok"})

    async def ready(self) -> Response:
        """Whether it can serve.

        200, or 503 with what is missing: the database, its schema, or that it is being stopped.
        """
        if missing := await self.readiness.ready():
            headers = {"Retry-After": "2"}
            raise Problem("not_ready", "; ".join(missing), headers=headers, extra={"problems": missing})
        return JSONResponse({"status": "ok"})


def router(readiness: Readiness) -> APIRouter:
    at, routes = HealthRoutes(readiness), APIRouter(tags=["health"])
    well: Good = {200: (HealthOut, "It does.")}
    add(routes, "GET /livez", at.live, "get_liveness", well, public=True)
    add(routes, "GET /readyz", at.ready, "get_readiness", well, "not_ready", public=True)
    return routes
