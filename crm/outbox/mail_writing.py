"""From a kind of mail and its values to subject, text and HTML: by the words of an administrator, or as shipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from crm.outbox.mail_kinds import MailKind
from crm.outbox.mail_language import TemplateFault, parse, written
from crm.outbox.mail_markup import check, dark_style, styled
from crm.outbox.models import MailTemplate
from crm.outbox.unsubscribing import link_for

PRODUCT = "Vouch"

log = structlog.get_logger("vouch.mail")


@dataclass(frozen=True, slots=True)
class Wording:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Written:
    """What is sent. `html` is a whole page with its styles in each tag."""

    subject: str
    text: str
    html: str


def shipped(kind: MailKind) -> Wording:
    """In the language in force."""
    return Wording(str(kind.subject), str(kind.text), str(kind.html))


def wording_of(kind: MailKind) -> Wording:
    """One query."""
    row = MailTemplate.objects.filter(name=kind.name).first()
    return Wording(row.subject, row.text, row.html) if row else shipped(kind)


def faults(kind: MailKind, wording: Wording) -> dict[str, str]:
    """Field → what is wrong with it; empty for a wording that can be sent."""
    found: dict[str, str] = {}
    for name in ("subject", "text", "html"):
        try:
            parse(getattr(wording, name), kind.names)
            if name == "html":
                check(wording.html, kind.links)
        except TemplateFault as fault:
            found[name] = str(fault)
    if "\n" in wording.subject.strip():
        found["subject"] = _("A subject is one line.")
    return found


def write(kind: MailKind, values: Mapping[str, str], *, to: str = "") -> Written:
    """For this reader, who can unsubscribe from news.

    A wording that an older version allowed and this one does not is left aside: the mail goes out as shipped.
    """
    wording = wording_of(kind)
    try:
        return write_as(kind, wording, values, to=to)
    except (TemplateFault, KeyError) as error:
        if wording == shipped(kind):
            raise
        log.error("mail_template_unusable", mail=kind.name, error=str(error))
        return write_as(kind, shipped(kind), values, to=to)


def write_as(
    kind: MailKind, wording: Wording, values: Mapping[str, str], *, to: str = "", dark: bool = False
) -> Written:
    """Raises TemplateFault, and KeyError for a value that was not given. `dark` is for a preview."""
    known = {**values, "product": PRODUCT, "public_url": settings.PUBLIC_URL}
    subject, text, html = (parse(one, kind.names) for one in (wording.subject, wording.text, wording.html))
    line = " ".join(written(subject, known).split())
    unsubscribe = "" if kind.is_transactional or not to else link_for(to)
    return framed(line, written(text, known), written(html, known, escape), unsubscribe=unsubscribe, dark=dark)


def framed(subject: str, text: str, body: str, *, unsubscribe: str = "", dark: bool = False) -> Written:
    """Text and HTML with who sends it, and how to get no more; `body` is safe HTML."""
    signature = f"{PRODUCT} · {settings.PUBLIC_URL}"
    no_more = _("No more of these mails: {link}").format(link=unsubscribe) if unsubscribe else ""
    plain = "\n\n".join((text.strip(), "\n".join(filter(None, (signature, no_more)))))
    return Written(subject, f"{plain}\n", page(subject, body, unsubscribe=unsubscribe, dark=dark))


def page(subject: str, body: str, *, unsubscribe: str = "", dark: bool = False) -> str:
    """The frame around a mail's HTML."""
    context = {
        "subject": subject,
        "body": body,
        "product": PRODUCT,
        "public_url": settings.PUBLIC_URL,
        "unsubscribe": unsubscribe,
    }
    whole = render_to_string("mail/layout.html", context)
    return styled(whole.strip()).replace("</head>", f"{dark_style(always=dark)}</head>", 1)
