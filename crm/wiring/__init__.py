"""The one map of every coupling: who may call library views, who follows which event."""

from crm.core.access import Access, declare_views
from crm.wiring.guarding import wire_compliance, wire_people, wire_security, wire_traps
from crm.wiring.messages import wire_intake, wire_mails, wire_notices, wire_webhooks
from crm.wiring.records import wire_cache, wire_lists, wire_one_and_many, wire_owners, wire_papers, wire_timeline
from crm.wiring.works import wire_backups, wire_bulk, wire_housekeeping, wire_transfer


def wire() -> None:
    """Called once, when the URL configuration loads."""
    declare_views("allauth.socialaccount.providers.", Access(public="the way back from an identity provider"))
    declare_views("allauth.account.", Access(public="signing in, signing out and resetting a password"))
    declare_views("django.contrib.staticfiles.", Access(public="static files"))
    for part in PARTS:
        part()


PARTS = (
    wire_people,
    wire_housekeeping,
    wire_owners,
    wire_cache,
    wire_lists,
    wire_timeline,
    wire_mails,
    wire_notices,
    wire_transfer,
    wire_compliance,
    wire_papers,
    wire_one_and_many,
    wire_bulk,
    wire_webhooks,
    wire_intake,
    wire_security,
    wire_traps,
    wire_backups,
)
