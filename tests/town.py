"""Everything a story needs, in processes of its own: tax system, receiver, and as many replicas as it starts.

One rule: leaving the block ends them all.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.processes import Program, Service, Simulator, Tempo
from tests.receiver import Receiver, receiving


@dataclass
class Town:
    """`services` are the replicas that were started, dead or alive."""

    folder: Path
    tempo: Tempo
    database_url: str
    simulator: Simulator
    receiver: Receiver
    environment: dict[str, str]
    _stack: ExitStack
    services: list[Service] = field(default_factory=list)

    def program(self, name: str, *arguments: str) -> Program:
        return self._ending(Program(self.folder, name, arguments, self.environment))

    def service(self, *flags: str) -> Service:
        """One more replica, started but perhaps not ready yet."""
        made = Service(self.folder, f"service-{len(self.services)}", self.environment, *flags)
        self.services.append(self._ending(made))
        return made.start()

    def _ending(self, program: Any) -> Any:
        self._stack.callback(program.end)
        return program


@contextmanager
def town(
    folder: Path, database_url: str, tempo: Tempo, configuration: Callable[[str, str], dict[str, Any]]
) -> Iterator[Town]:
    """A town without replicas yet. `configuration` is given the addresses of tax system and receiver.

    An empty `database_url` means the embedded database under `folder`.
    """
    with ExitStack() as stack:
        simulator = Simulator(folder, tempo.environment)
        stack.callback(simulator.end)
        simulator.start()
        receiver, receiver_url = stack.enter_context(receiving(tempo.now))
        simulator.ready()
        file = folder / "piaoda.yaml"
        file.write_text(yaml.safe_dump(configuration(simulator.url, receiver_url), allow_unicode=True))
        environment = {**tempo.environment, "PIAODA_CONFIG": str(file), "PIAODA_DATABASE_URL": database_url}
        yield Town(folder, tempo, database_url, simulator, receiver, environment, stack)
