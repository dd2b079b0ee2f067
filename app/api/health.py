"""Whether this process lives, and whether it can serve.

One rule: living asks nobody, so that a dead database kills no process.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.api.ports import Readiness
from app.api.problems import Problem


@dataclass(frozen=True, slots=True)
class HealthRoutes:
    readiness: Readiness

    async def live(self) -> Response:
        """200 as long as the event loop turns."""
        return JSONResponse({"status": "ok"})

    async def ready(self) -> Response:
        """200, or 503 with what is missing."""
        if missing := await self.readiness.ready():
            headers = {"Retry-After": "2"}
            raise Problem("not_ready", "; ".join(missing), headers=headers, extra={"problems": missing})
        return JSONResponse({"status": "ok"})


def router(readiness: Readiness) -> APIRouter:
    at, routes = HealthRoutes(readiness), APIRouter(tags=["health"])
    routes.add_api_route("/livez", at.live, response_class=JSONResponse)
    routes.add_api_route("/readyz", at.ready, response_class=JSONResponse)
    return routes
