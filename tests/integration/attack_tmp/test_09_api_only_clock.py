"""--api-only starts no loop at all, so its clock never follows the database's."""
import asyncio

from app import main


async def test_an_api_replica_follows_the_databases_clock_too():
    started = []

    class L:
        def __init__(self, name): self.name = name
        async def run(self, stop):
            started.append(self.name); await stop.wait()

    class S:  # what `running` touches
        loops = [L("clock"), L("watchdog")]; pollers = []; draining = False
        class _C:
            async def close(self): ...
        egress = database = work = _C()

    async with main.running(S(), main.Roles(api=True, worker=False)):
        await asyncio.sleep(0.05)
        assert started == ["clock"]
