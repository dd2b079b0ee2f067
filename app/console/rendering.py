"""Templates become pages. One rule: everything is escaped, and a value that a template lacks is an error, not a gap."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from app.console.assets import Assets
from app.console.voice import Voice

HERE: Final = Path(__file__).parent
SAFETY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Language",
}
"""Headers of every answer. The referrer stays in the house; `no-referrer` would hide even our own forms' Origin."""


@dataclass(frozen=True, slots=True)
class Press:
    """Prints pages."""

    templates: Environment

    def page(self, name: str, say: Voice, *, status: int = 200, **values: Any) -> Response:
        text = self.templates.get_template(f"{name}.html").render(say=say, **values)
        return HTMLResponse(text, status)


def secure(response: Response) -> None:
    """Adds the headers of every answer, where it does not say otherwise itself."""
    for name, value in SAFETY.items():
        response.headers.setdefault(name, value)


def press(assets: Assets, *, incidents: bool = False) -> Press:
    """`incidents`: whether there are pages about them to lead to."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"asset": assets.address, "incidents": incidents}
    return Press(templates)
