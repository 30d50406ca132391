"""A server of its own process that takes everything, as fast as it can: what is measured is the sender."""

import asyncio
from collections.abc import Awaitable, Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection

Start = Callable[[], Awaitable[asyncio.Server]]


def sink(start: Start) -> int:
    """Its port; it ends with this process. `start` is a function of a module, which the other process imports."""
    ours, theirs = get_context("spawn").Pipe()
    get_context("spawn").Process(target=serve, args=(theirs, start), daemon=True).start()
    return int(ours.recv())


def serve(told: Connection, start: Start) -> None:
    asyncio.run(_serve(told, start))


async def _serve(told: Connection, start: Start) -> None:
    server = await start()
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
