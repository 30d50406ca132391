"""Who watches: alerts and acts, traps, what the law asks for."""

from functools import partial

from accounts.actors import actor_for
from accounts.apikeys.decoys import decoy_key_delete, decoy_key_mint, decoys_on_former_peppers
from accounts.guarding import ACTS, DIRECTORY, FRESHNESS
from accounts.models import DecoyKey
from accounts.networks_in_use import is_in_use
from auditlog.alerts.actions import register_act, register_freshness
from auditlog.alerts.banning import BAN_ADDRESS
from auditlog.alerts.counting import open_count
from auditlog.alerts.hearing import export_heard
from auditlog.alerts.people import register_directory
from auditlog.alerts.reading import rows_read
from auditlog.alerts.watching import judge_soon
from auditlog.honeypots.canaries import (
    Flock,
    mint_keys_with,
    plant_records_with,
    record_touch,
    register_flock,
)
from auditlog.honeypots.sparing import spare_where
from auditlog.reading import sensitive_read
from auditlog.security import watch
from auditlog.services import observe
from crm.compliance.demo import access_review
from crm.compliance.verifying import check_reviews
from crm.core.badges import register_badge
from crm.core.caching.breaker import tell_of_trips
from crm.core.canaries import tell_of_canaries
from crm.core.erasable import remember_erased_with
from crm.core.formats import in_one_line
from crm.core.metrics import breaker_tripped
from crm.core.reading import count_rows_with
from crm.core.sensitive import witness_reading
from crm.ops.hashed import register_hashes
from crm.ops.jobs import DAY, FIVE_MINUTES, register_job
from crm.ops.metrics.counting import count_revocation, count_security_event
from crm.privacy.retention import apply_retention
from crm.privacy.tombstones import is_of_erased, note_erased
from crm.privacy.working import work_on_personal_data
from crm.privacy.works import JOB as PERSONAL_DATA
from crm.transfer.actors import resolve_actors_with
from crm.transfer.batches import register_look
from crm.web.canaries import plant_drawn
from crm.web.demo.company import demo_shows
from customers.models import Contact, Customer
from customers.services import canary_remove

# What nobody works with, and who tells of it.
FLOCKS = (
    Flock(
        "customer", "Customer", "building",
        lambda actor: Customer.objects.planted(actor).select_related("team"),
        partial(canary_remove, model=Customer),
        about=lambda customer: f"{customer.email} · {customer.team}",
    ),
    Flock(
        "contact", "Contact", "address-book",
        lambda actor: Contact.objects.planted(actor).select_related("customer", "team"),
        partial(canary_remove, model=Contact),
        about=lambda contact: in_one_line(contact.email, contact.customer, contact.team),
    ),
    Flock(
        "key", "API key", "key", lambda actor: DecoyKey.objects.for_actor(actor, "manage"), decoy_key_delete,
        about=lambda key: in_one_line(f"…{key.hint}", key.place),
    ),
)  # fmt: skip


def wire_people() -> None:
    """Who somebody is, for works that outlive their request, and who notes what is read of others."""
    resolve_actors_with(actor_for)
    witness_reading(sensitive_read)
    demo_shows(access_review)


def wire_compliance() -> None:
    """What is kept about people, for how long, and whether what was signed off stays so."""
    register_look(note_erased)
    remember_erased_with(is_of_erased)
    register_job("retention", DAY, apply_retention, "Archives, erases or deletes what is past its retention policy")
    register_job("review-check", DAY, check_reviews, "Compares completed access reviews with their digests")
    asked = "Searches, exports and erases people, as asked"
    register_job(PERSONAL_DATA, FIVE_MINUTES, work_on_personal_data, asked, queue="reports", limit=FIVE_MINUTES)


def wire_security() -> None:
    """What leads to alerts, who is told of them, and what can be done about them."""
    watch(judge_soon)
    watch(count_security_event)
    tell_of_trips(breaker_tripped)
    observe(export_heard)
    observe(count_revocation)
    count_rows_with(rows_read)
    register_directory(DIRECTORY)
    register_freshness(FRESHNESS)
    register_badge("security:centre", open_count)
    for act in (*ACTS, BAN_ADDRESS):
        register_act(act)


def wire_traps() -> None:
    """What nobody works with, who hears of it, and whom no ban may hit."""
    spare_where(is_in_use)
    tell_of_canaries(record_touch)
    plant_records_with(plant_drawn)
    mint_keys_with(decoy_key_mint)
    register_hashes("decoy keys", "API_KEY_PEPPER", decoys_on_former_peppers)
    for flock in FLOCKS:
        register_flock(flock)
