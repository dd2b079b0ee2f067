"""Every knob, typed, frozen, checked at boot. One rule: a wrong setting stops the start and says why.

`PIAODA_*` variables set the process (`process.py`), `piaoda.yaml` sets everything else (`configuration.py`).
"""

from app.settings.boot import Settings, load
from app.settings.configuration import Configuration
from app.settings.process import reference
from app.settings.secret import secret_of

__all__ = ["Configuration", "Settings", "load", "reference", "secret_of"]
