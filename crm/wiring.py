"""The one map of every coupling: who may call library views, who follows which event."""

from django.db.models import Q

from accounts.actors import actor_for
from accounts.apikeys.housekeeping import keys_on_former_peppers, purge_api_keys
from accounts.hand_over import purge_hand_overs
from accounts.hand_over import register_kind as register_owned
from accounts.mfa.rotation import reencrypt_all as reencrypt_factors
from accounts.oauth.purging import purge_access_tokens, purge_codes, purge_families, purge_secrets
from auditlog.timeline import events_of
from crm.api.idempotency import purge_answers
from crm.core.access import Access, declare_views
from crm.core.formats import money
from crm.core.global_search import Kind, register_kind
from crm.core.timeline import CHANGES, register_next_step, register_source
from crm.ops.hashed import register_hashes
from crm.ops.purging import register_purge
from crm.ops.reencryption import register_reencryption
from crm.transfer.actors import resolve_actors_with
from crm.transfer.importers import register as register_importer
from customers.models import Contact, Customer, Lead
from customers.services.bulk import MODELS as BULK_MODELS
from customers.services.bulk import UNDO as BULK_UNDO
from customers.timeline import notes_of
from customers.transfer import IMPORTERS as CUSTOMER_IMPORTERS
from deals.models import Activity, Deal
from deals.models.activity import OPEN
from deals.models.choices import DealStatus
from deals.services.bulk import MOVE, deals_move_undo
from deals.timeline import activities_of, next_activity_of, stage_changes_of
from deals.transfer import IMPORTERS as DEAL_IMPORTERS

SEARCHED = (
    Kind(
        "customers", "Customers", Customer, "customers:detail", "name",
        about=lambda customer: customer.email or customer.domain or customer.billing_city,
    ),
    Kind(
        "contacts", "Contacts", Contact, "contacts:detail", "last_name", joins=("customer",),
        about=lambda contact: str(contact.customer or contact.email),
    ),
    Kind(
        "leads", "Leads", Lead, "leads:detail", "last_name",
        about=lambda lead: lead.company_name or lead.email,
    ),
    Kind(
        "deals", "Deals", Deal, "deals:detail", "name", icon="coin", joins=("customer",),
        about=lambda deal: " · ".join(filter(None, (str(deal.customer or ""), money(deal.amount, deal.currency)))),
    ),
)  # fmt: skip

# Records that somebody has to look after; what is closed stays with who closed it.
OWNED = (
    (Customer, Q()),
    (Contact, Q()),
    (Lead, Q(converted_at__isnull=True)),
    (Deal, Q(status=DealStatus.OPEN)),
    (Activity, Q(status__in=OPEN)),
)


PURGES = {
    "hand-overs": purge_hand_overs,
    "OAuth grants": purge_families,
    "authorization codes": purge_codes,
    "access tokens": purge_access_tokens,
    "previous client secrets": purge_secrets,
    "API keys": purge_api_keys,
    "idempotent answers": purge_answers,
}


def wire() -> None:
    """Called once, when the URL configuration loads."""
    declare_views("allauth.socialaccount.providers.", Access(public="the way back from an identity provider"))
    declare_views("allauth.account.", Access(public="signing in, signing out and resetting a password"))
    declare_views("django.contrib.staticfiles.", Access(public="static files"))
    register_source(notes_of, kinds=("note",))
    register_source(events_of, kinds=(CHANGES,))
    register_source(activities_of, kinds=("call", "email", "meeting", "task"))
    register_source(stage_changes_of, kinds=(CHANGES,))
    register_next_step(next_activity_of)
    BULK_MODELS["deal"] = Deal
    BULK_UNDO[MOVE] = deals_move_undo
    resolve_actors_with(actor_for)
    register_reencryption("second factors", reencrypt_factors)
    register_hashes("API keys", "API_KEY_PEPPER", keys_on_former_peppers)
    for name, purge in PURGES.items():
        register_purge(name, purge)
    for importer in (*CUSTOMER_IMPORTERS, *DEAL_IMPORTERS):
        register_importer(importer)
    for model, still_open in OWNED:
        register_owned(model, still_open)
    for kind in SEARCHED:
        register_kind(kind)
