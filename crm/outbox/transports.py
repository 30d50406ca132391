"""How deliveries of a kind leave: mail is built in, others are registered in crm.wiring."""

from collections.abc import Callable, Sequence
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


def nothing_to_prepare(deliveries: Sequence[Delivery]) -> None:
    pass


def nothing_to_close() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Transport:
    """`close` is called after each pass, for connections that are kept during one.

    `held_back` says why a delivery must not be sent, in words, or nothing. `prepare` is told which deliveries are sent
    next, one after the other, for what can be read for all of them together. `may_repeat`: the other side tells a
    repetition by its id, so what a crash of the database forgets is sent again, and no try waits for the disk.
    """

    send: Send
    close: Callable[[], None]
    held_back: Callable[[Delivery], str] = nothing_against
    prepare: Callable[[Sequence[Delivery]], None] = nothing_to_prepare
    may_repeat: bool = False


TRANSPORTS: dict[str, Transport] = {MAIL: Transport(send_mail, close_connection, held_back)}


def register_transport(
    kind: str,
    send: Send,
    close: Callable[[], None] = nothing_to_close,
    prepare: Callable[[Sequence[Delivery]], None] = nothing_to_prepare,
    may_repeat: bool = False,
) -> None:
    """`send` must be harmless when repeated with the same delivery id: after a crash nobody knows how far it got."""
    TRANSPORTS[kind] = Transport(send, close, prepare=prepare, may_repeat=may_repeat)
