"""How deliveries of a kind leave: mail is built in, others are registered in crm.wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.outbox.mail_transport import close_connection, send_mail
from crm.outbox.models import Delivery
from crm.outbox.suppressing import held_back

MAIL = "mail"

# (delivery, its content); raises crm.outbox.errors. Runs outside any transaction.
Send = Callable[[Delivery, dict[str, Any]], None]


def nothing_against(delivery: Delivery) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Transport:
    """`close` is called after each pass, for connections that are kept during one.

    `held_back` says why a delivery must not be sent, in words, or nothing.
    """

    send: Send
    close: Callable[[], None]
    held_back: Callable[[Delivery], str] = nothing_against


def nothing_to_close() -> None:
    pass


TRANSPORTS: dict[str, Transport] = {MAIL: Transport(send_mail, close_connection, held_back)}


def register_transport(kind: str, send: Send, close: Callable[[], None] = nothing_to_close) -> None:
    """`send` must be harmless when repeated with the same delivery id: after a crash nobody knows how far it got."""
    TRANSPORTS[kind] = Transport(send, close)
