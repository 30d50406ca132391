"""The address that a person sends copies to: `mailbox+token@domain` of the first mailbox of the house."""

import re
from collections.abc import Iterable

from crm.intake.models import CopyAddress, Mailbox
from crm.intake.models.copy_addresses import ALPHABET, LENGTH

TOKEN = re.compile(rf"(?:^|\+)([{ALPHABET}]{{{LENGTH}}})$")


def house_mailbox() -> Mailbox | None:
    return Mailbox.objects.filter(is_active=True, person=None).order_by("created_at").first()


def copy_address_of(row: CopyAddress, mailbox: Mailbox) -> str:
    local, _at, domain = mailbox.address.rpartition("@")
    return f"{local}+{row.token}@{domain}"


def token_in(address: str) -> str:
    """`intake+token@…`, or `token@…` where a domain of its own leads to the mailbox; empty for another address."""
    found = TOKEN.search(address.rpartition("@")[0].casefold())
    return found[1] if found else ""


def named_by(addresses: Iterable[str]) -> CopyAddress | None:
    tokens = [token for token in map(token_in, addresses) if token]
    return CopyAddress.objects.select_related("person__role").filter(token__in=tokens).first() if tokens else None
