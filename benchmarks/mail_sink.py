"""A mail server that takes everything, and counts nothing."""

import asyncio

from aiosmtpd.smtp import SMTP


class Everything:
    async def handle_DATA(self, server: SMTP, session: object, envelope: object) -> str:  # noqa: N802
        return "250 OK"


async def mail_server() -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(lambda: SMTP(Everything(), hostname="sink"), "127.0.0.1", 0)
