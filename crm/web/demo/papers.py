"""Papers of the group: a contract and an offer as PDF, a site plan as an image, and how its companies are billed."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from crm.core.documents import digest_of, new_document
from crm.web.demo.group import COMPANIES, member, stem
from crm.web.demo.volume import Company, Office
from customers.models import Customer
from customers.services import billing_profile_create, document_upload, document_verify

CYCLES = ("monthly", "quarterly", "yearly")
BILLED = 6
PAPER, INK, WALL = (250, 250, 247), (70, 80, 110), (150, 160, 185)
ROOMS = ((40, 40, 280, 190, "Hall A"), (280, 40, 440, 190, "Office"), (40, 190, 440, 300, "Loading yard"))


def file(office: Office, companies: list[Company]) -> None:
    _documents(office)
    _profiles(office, companies)


def _documents(office: Office) -> None:
    rep, manager = office.sellers[0][0], office.sellers[0][-1]
    valid = office.draws.now.date() + timedelta(days=400)
    plans: tuple[tuple[str, str, int, Callable[[Office], bytes], dict[str, Any]], ...] = (
        ("Framework agreement", "contract", 0, contract, {"status": "verified", "expires_on": valid}),
        ("Offer for the fleet", "offer", 1, offer, {"status": "rejected", "reason": "The prices are last year's."}),
        ("Site plan", "other", 3, plan, {}),
    )
    for title, kind, owner, drawn, verdict in plans:
        content, about = drawn(office), Customer.objects.get(pk=member(office, owner))
        ending, form = ("pdf", "application/pdf") if content.startswith(b"%PDF") else ("png", "image/png")
        upload = SimpleUploadedFile(f"{title.lower().replace(' ', '-')}.{ending}", content, form)
        document = document_upload(rep, file=upload, title=title, document_type=kind, customer=about)
        if verdict:
            document_verify(manager, document.pk, **verdict)


def contract(office: Office) -> bytes:
    return _paper(office, "Framework agreement", 0, "Deliveries are ordered by the companies of the group one by one.")


def offer(office: Office) -> bytes:
    return _paper(office, "Offer for the fleet", 1, "Twelve vehicles with five years of service, payable in two parts.")


def _paper(office: Office, title: str, company: int, text: str) -> bytes:
    facts = [("Customer", f"{stem(office)} {COMPANIES[company][0]}"), ("Place", "Berlin")]
    paper = new_document(title, by="Vouch", at=office.draws.now, digest=digest_of([title, text]))
    paper.facts(facts)
    paper.paragraph(f"{text}\n\nThis paper was made up for a demonstration and binds nobody.")
    return paper.output()


def plan(office: Office) -> bytes:
    """A floor plan of three rooms."""
    sheet = Image.new("RGB", (480, 340), PAPER)
    pen = ImageDraw.Draw(sheet)
    for left, top, right, bottom, name in ROOMS:
        pen.rectangle((left, top, right, bottom), outline=WALL, width=5)
        pen.text((left + 16, top + 16), name, fill=INK)
    pen.text((40, 312), f"{stem(office)}: site plan 1:200", fill=INK)
    target = io.BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()


def _profiles(office: Office, companies: list[Company]) -> None:
    """Of the group's head and of the first customers of North."""
    manager = office.sellers[0][-1]
    north = [known.id for known in companies if known.side == 0][:BILLED]
    customers = Customer.objects.in_bulk([member(office, 0), *north])
    for index, customer in enumerate(customers.values()):
        chance = office.draws.chance("billing", index)
        billing_profile_create(
            manager,
            customer=customer,
            cycle=chance.choice(CYCLES),
            first_invoice_on=office.draws.now.date().replace(day=1),
            payment_days=chance.choice((14, 30, 60)),
            credit_limit=chance.randrange(5, 40) * 5000,
            invoice_email=f"invoices@{customer.domain}",
        )
