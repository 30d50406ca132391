"""A mail server of its own process that takes everything, and counts nothing: what is measured is the sender."""

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection

from aiosmtpd.smtp import SMTP


class Everything:
    async def handle_DATA(self, server: SMTP, session: object, envelope: object) -> str:  # noqa: N802
        return "250 OK"


def sink() -> int:
    """Its port; it ends with this process."""
    ours, theirs = get_context("spawn").Pipe()
    get_context("spawn").Process(target=serve, args=(theirs,), daemon=True).start()
    return int(ours.recv())


def serve(told: Connection) -> None:
    asyncio.run(_serve(told))


async def _serve(told: Connection) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Everything(), hostname="sink"), "127.0.0.1", 0)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()
