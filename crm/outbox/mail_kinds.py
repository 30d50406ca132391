"""The kinds of mail that the product sends: what each is called, what it may say, and the words it is shipped with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Variable:
    """What stands for `{{ name }}`; `sample` is what previews show. A link may be the address of an <a>."""

    about: Words
    sample: str
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class MailKind:
    """`subject`, `text` and `html` are in the language of crm.outbox.mail_language, and translated.

    `opens`: it holds a link that opens something, so it goes first and is stored unreadably. What is not
    `is_transactional` is news: it carries a way to unsubscribe, and whoever did gets none.
    """

    name: str
    label: Words
    about: Words
    subject: Words
    text: Words
    html: Words
    variables: Mapping[str, Variable] = field(default_factory=dict)
    opens: bool = False
    is_transactional: bool = True

    @property
    def names(self) -> set[str]:
        return {*self.variables, *COMMON}

    @property
    def links(self) -> list[str]:
        return [name for name, one in {**self.variables, **COMMON}.items() if one.is_link]

    @property
    def samples(self) -> dict[str, str]:
        return {name: one.sample for name, one in self.variables.items()}


# In every mail; their values are set when it is written.
COMMON: dict[str, Variable] = {
    "product": Variable(_("What the product is called."), "Vouch"),
    "public_url": Variable(_("Where it is served."), "https://crm.example.com", is_link=True),
}

KINDS: dict[str, MailKind] = {}


def register_mail(*kinds: MailKind) -> None:
    """So that administrators see and edit them. Called by crm.wiring only."""
    KINDS.update({kind.name: kind for kind in kinds})
