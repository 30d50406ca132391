"""What to send to each address and unsafe method so that it has a real effect.

Rules by pattern, first match counts: an entry answers (parameters that differ from the scene's own, body). Edits are
not listed: the form of the page is sent back with one field changed, and PATCH changes a name.
"""

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import administration
from accounts.oauth import clients
from crm.notices.kinds import ALL
from crm.outbox.unsubscribing import link_for
from customers import services as customers
from customers.models import Contact
from deals import services as deals
from tests.service_calls import ACTIVITY, KEEP, SSO, Scene, app_of, asked, keys, policy

Sent = tuple[dict[str, Any], Any]
Rule = Callable[[Scene], Sent]

NAMES = {
    "customer": "name", "deal": "name", "label": "name", "pipeline": "name", "stage": "name", "team": "name",
    "contact": "last_name", "lead": "last_name", "activity": "subject", "note": "body", "user": "full_name",
    "client": "name", "api_key": "name", "role": "label", "sso": "name", "document": "title",
}  # fmt: skip


def new(word: str, s: Scene, **more: Any) -> Sent:
    """The body that creates a record of this kind, for forms and API alike."""
    own = {"team": str(s.team.pk), "owner": str(s.person.pk)}
    needed: dict[str, dict[str, Any]] = {
        "deal": {"pipeline": str(s.pk("pipeline")), "stage": str(s.pk("stage")), "customer": str(s.pk("customer"))},
        "activity": {"type": "task", "customer": str(s.pk("customer"))},
        "note": {"customer": str(s.pk("customer"))},
        "stage": {"pipeline": str(s.pk("pipeline")), "probability": 5, "status": "open"},
        "team": {"country": "PT"},
    }
    owned = own if word in ("customer", "contact", "lead", "deal", "activity") else {}
    owned = {"team": own["team"]} if word == "label" else owned
    return {}, {NAMES[word]: f"New {word}", **owned, **needed.get(word, {}), **more}


def of(word: str, made: Any, body: Any = None) -> Sent:
    return {word: str(made)}, body or {}


SOURCE = {"kind": "form", "name": "Ask us", "ask:email": "asked", "source": "web_site", "consent_channel": "email"}
HOOK = {"url": "https://hooks.example.com/in", "events": ["*"]}


def again(delivery: Any) -> Sent:
    return {"pk": delivery.topic, "delivery_pk": str(delivery.pk)}, {}


def creates(word: str) -> Rule:
    return lambda s: new(word, s)


def nothing(s: Scene) -> Sent:
    return {}, {}


def back(word: str) -> Rule:
    """An archived record, to be restored."""
    module = deals if word in ("deal", "activity") else customers
    return lambda s: of("pk", s.archived(word, getattr(module, f"{word}_archive")))


def gone(word: str) -> Rule:
    """A record that nothing points to, to be deleted."""
    makers: dict[str, Callable[[Scene], Any]] = {
        "customer": lambda s: customers.customer_create(s.actor, name="Gone", **s.in_team()),
        "contact": lambda s: customers.contact_create(s.actor, last_name="Gone", **s.in_team()),
        "pipeline": lambda s: s.pipeline(), "stage": lambda s: s.empty_stage(), "team": lambda s: s.other_team(),
        "role": lambda s: s.role(),
    }  # fmt: skip
    return lambda s: of("pk", makers[word](s).pk) if word in makers else nothing(s)


def bulk_act(word: str) -> Rule:
    return lambda s: ({}, {"action": "archive", "ids": [str(s.pk(word))]})


def api_bulk(word: str) -> Rule:
    return lambda s: ({}, {"operations": [{"op": "create", "data": new(word, s)[1]}]})


def under(word: str) -> Rule:
    """Created below another record, which is named by the address."""
    return lambda s: ({}, {k: v for k, v in new(word, s)[1].items() if k not in ("customer",) or word == "deal"})


def client_body(s: Scene) -> dict[str, Any]:
    return {
        "name": "Tool", "client_type": "confidential", "redirect_uris": ["https://tool.example/back"],
        "scopes": ["customers:read"],
    }  # fmt: skip


MESSAGE = {"to": "x@acme.example", "subject": "News", "text": "Hello"}
WORDS = {"subject": "Hello", "text": "Hello {{ name }}", "html": "<p>Hello {{ name }}</p>", "version": "0"}
FIELD = {"holder": "customer", "type": "text", "label": "Contract"}
AGREED = {"status": "granted", "lawful_basis": "consent", "source": "fair"}
ROLE = {"name": "desk", "label": "Desk", "grants": {"customers:read": "team"}}
PEOPLE = r"^POST /settings/people/<uuid:pk>"


def word_of(text: str) -> str:
    return {"activit": "activity", "activities": "activity"}.get(text, text.rstrip("s"))


def family_values(s: Scene) -> Sent:
    family = s.family()
    return {"user": str(s.person.pk), "pk": str(family.application_id)}, {}


def own_family(s: Scene, which: str) -> Sent:
    family = s.family()
    family.user = s.me
    family.save()
    return of("pk", family.pk if which == "device" else family.application_id)


def more_contact(s: Scene) -> dict[str, Any]:
    return {"contact": str(Contact.objects.create(last_name="More", **s.in_team()).pk), "role": "decision_maker"}


def asked_review(s: Scene) -> Sent:
    asked = s.asked()
    people = [str(one.pk) for one in asked["reviewers"]]
    return {}, {**asked, "team": str(s.team.pk), "due_on": str(asked["due_on"]), "reviewers": people}


def of_item(item: Any, body: Any = None, parent: str = "pk", child: str = "item") -> Sent:
    return {parent: str(item.review_id), child: str(item.pk)}, body or {}


def of_conflict(conflict: Any) -> Sent:
    return {"pk": str(conflict.run_id), "conflict": str(conflict.pk)}, {}


def deciding(s: Scene, name: str) -> Sent:
    item = s.item()
    return of("pk", item.review_id, {name: [str(item.pk)], **KEEP})


RULES: dict[str, Rule] = {
    # acts on many records
    r"^POST /bulk/change/": lambda s: (
        {},
        {
            "resource": "customers", "ids": [str(s.pk("customer"))], "field": "rating", "rating": "hot", "do": "change",
        },
    ),
    r"^POST (/bulk/|/api/v1/\^bulk-jobs/).*cancel": lambda s: of("pk", s.bulk_running().pk),
    r"^POST (/bulk/|/api/v1/\^bulk-jobs/).*undo": lambda s: of("pk", s.bulk_run().pk),
    # saved views
    r"^POST (/views/new/|/api/v1/\^views/\?)": lambda s: (
        {}, {"resource": "customers", "name": "Key accounts", "visibility": "private"},
    ),
    r"^POST (/views/|/api/v1/\^views/).*restore": lambda s: of("pk", s.deleted_view().pk),
    r"^POST /views/.*save/": lambda s: ({}, {"query": "status=active"}),
    r"^POST /views/.*default/": nothing,
    # compliance
    r"^POST (/compliance/reviews/new/|/api/v1/\^compliance/reviews/\?)": asked_review,
    r"^POST /compliance/reviews/.*/decide/": lambda s: deciding(s, "ids"),
    r"^POST /api/v1/\^compliance/reviews/.*/decide/": lambda s: deciding(s, "items"),
    r"^POST .*compliance/reviews/.*/complete/": lambda s: of("pk", s.decided().pk, {"sign_off": "Seen."}),
    r"^POST /compliance/reviews/.*/reopen/": lambda s: of_item(s.kept()),
    r"^POST /api/v1/\^compliance/reviews/.*/reopen/": lambda s: of_item(s.kept(), None, "parent_pk", "pk"),
    r"^POST /compliance/reviews/.*/items/": lambda s: of_item(s.item(), KEEP),
    r"^(POST /compliance/reviews/.*/edit/|PATCH /api/v1/\^compliance/reviews/)": lambda s: of("pk", s.review().pk),
    r"^POST (/compliance/processing/new/|/api/v1/\^compliance/processing-activities/\?)": lambda s: ({}, ACTIVITY),
    # customers and deals, pages
    r"^POST /compose/": lambda s: ({}, {"kind": "note", "body": "Called"}),
    r"^POST /(customer|contact|lead)s/bulk/<uuid:pk>/undo/": lambda s: of("pk", s.bulk()),
    r"^POST /customers/<uuid:pk>/move/": lambda s: ({}, {"parent": str(s.twin("customer").pk)}),
    r"^POST .*duplicates/.*/dismiss": lambda s: of("pk", s.pair().pk),
    r"^POST .*duplicates/.*/reopen": lambda s: of("pk", customers.duplicate_dismiss(s.actor, s.pair().pk).pk),
    r"^POST /customers/merges/.*/undo/": lambda s: of("pk", s.merged().pk),
    r"^POST /api/v1/\^merges/.*/undo": lambda s: of("pk", s.merged().pk),
    r"^POST .*customers/.*/merge": lambda s: ({}, {"other": str(s.twin("customer").pk)}),
    r"^POST .*contacts/.*/merge": lambda s: ({}, {"other": str(s.twin("contact").pk)}),
    r"^POST /contacts/.*/primary/": lambda s: ({"pk": str(s.with_second_email()), "name": "email", "at": "0"}, {}),
    r"^POST .*leads/.*/merge": lambda s: ({}, {"other": str(s.twin("lead").pk)}),
    r"^POST /deals/bulk/$": lambda s: (
        {}, {"action": "move", "ids": [str(s.pk("deal"))], "stage": str(s.second_stage().pk)},
    ),
    r"^POST /notes/<slug:subject>": lambda s: ({}, {"body": "Called"}),
    r"^POST /deals/convert-lead/": lambda s: of("pk", s.convertible_lead().pk, {"customer_name": "Kerr"}),
    r"^POST /api/v1/\^leads/\(\?P<pk>.*convert": lambda s: of("pk", s.convertible_lead().pk),
    r"^POST .*/move/?.?.?$": lambda s: ({}, {"stage": str(s.second_stage().pk)}),
    r"^POST /deals/<uuid:pk>/move/<uuid:stage>/": lambda s: of("stage", s.second_stage().pk),
    r"^POST /deals/<uuid:pk>/contacts/$": lambda s: ({}, more_contact(s)),
    r"^POST /api/v1/\^deals/.*/contacts/": lambda s: ({}, more_contact(s)),
    r"^PUT /api/v1/\^deals/.*/contacts/": lambda s: ({}, []),
    r"^POST /billing/": lambda s: ({}, {"payment_days": 14}),
    r"^POST (/api/v1/\^billing-profiles/\?|/api/v1/.*parent_pk>.*/billing/)": lambda s: billing_of(s),
    r"^POST /api/v1/\^billing-profiles/bulk": lambda s: (
        {}, {"operations": [{"op": "create", "data": billing_of(s)[1]}]},
    ),
    r"^PATCH /api/v1/\^billing-profiles/": lambda s: of("pk", s.pk("billing"), {"payment_days": 14}),
    r"^POST /api/v1/\^billing-profiles/.*/restore": lambda s: of(
        "pk", customers.billing_profile_archive(s.actor, s.pk("billing")).pk
    ),
    r"^POST /documents/for/": lambda s: ({}, {"file": document_file()}),
    r"^POST (/documents/.*/versions/$|/api/v1/\^documents/.*/versions/\?\$)": lambda s: ({}, {"file": document_file()}),
    r"^POST /documents/.*/versions/<int": lambda s: of("number", "1"),
    r"^POST /api/v1/\^documents/.*/versions/restore": lambda s: ({}, {"number": 1}),
    r"^POST .*documents/.*/verify": lambda s: ({}, {"status": "rejected", "reason": "Not signed"}),
    r"^POST .*documents/.*/restore": lambda s: of("pk", customers.document_archive(s.actor, s.pk("document")).pk),
    r"^POST /api/v1/\^documents/\?": lambda s: (
        {}, {"file": document_file(), "customer": str(s.pk("customer"))},
    ),
    r"^POST /api/v1/.*parent_pk>.*/documents/": lambda s: ({}, {"file": document_file()}),
    r"^PUT .*/labels": lambda s: ({}, {"labels": []}),
    r"^POST .*activities/.*/reopen": lambda s: of("pk", s.archived("activity", deals.activity_complete)),
    # exports
    r"^POST /exports/templates/create/": lambda s: (
        {}, {"template_name": "Key", "resource": "contacts", "format": "csv", "columns": ["id"]},
    ),
    r"^POST /exports/templates/": lambda s: of("pk", s.export_template().pk),
    r"^POST /exports/schedules/new/": lambda s: (
        {}, {"template": str(s.export_template().pk), "every": "daily", "hour": "7", "destination": "mail"},
    ),
    r"^POST (/exports/schedules/|/api/v1/\^export-schedules/).*/resume": lambda s: of("pk", s.paused_schedule().pk),
    r"^POST /exports/schedules/.*/(run|pause|delete)/": lambda s: of("pk", s.export_schedule().pk),
    r"^POST /api/v1/\^export-schedules/.*/(run|pause)": lambda s: of("pk", s.export_schedule().pk),
    r"^POST /api/v1/\^export-templates/\?": lambda s: ({}, {"name": "Key", "resource": "contacts"}),
    r"^POST /api/v1/\^export-schedules/\?": lambda s: ({}, {"template": str(s.export_template().pk)}),
    r"^(PATCH|DELETE) /api/v1/\^export-templates/": lambda s: of("pk", s.export_template().pk, {"name": "New"}),
    r"^(PATCH|DELETE) /api/v1/\^export-schedules/": lambda s: of("pk", s.export_schedule().pk, {"name": "New"}),
    r"^POST /exports/create/": lambda s: ({}, {"resource": "contacts", "format": "csv", "columns": ["id"]}),
    r"^POST /exports/.*/delete/": lambda s: of("pk", s.export().pk),
    r"^POST /api/v1/\^exports/\?": lambda s: ({}, {"resource": "contacts"}),
    r"^DELETE /api/v1/\^exports/": lambda s: of("pk", s.export().pk),
    r"^POST /imports/new/": lambda s: ({}, {"file": upload(), "resource": "contacts", "team": str(s.team.pk)}),
    r"^POST /api/v1/\^imports/\?": lambda s: ({}, {"file": upload(), "resource": "contacts"}),
    r"^POST /imports/.*/mapping/": lambda s: of("pk", s.run().pk, {"column-0": "last_name", "column-1": "email"}),
    r"^POST /imports/.*/start/": lambda s: of("pk", s.mapped_run().pk),
    r"^POST /imports/.*/step/": lambda s: of("pk", s.running().pk),
    r"^POST /imports/.*/cancel/": lambda s: of("pk", s.running().pk),
    r"^POST /imports/.*/undo/": lambda s: of("pk", s.imported().pk),
    r"^POST /imports/.*/conflicts/": lambda s: of_conflict(s.left_alone()),
    r"^POST /api/v1/\^imports/.*/undo": lambda s: of("pk", s.imported().pk),
    r"^POST /imports/.*/resume/": lambda s: of("pk", s.stopped().pk),
    r"^POST /api/v1/\^imports/.*/cancel": lambda s: of("pk", s.running().pk),
    r"^POST /imports/.*/delete/": lambda s: of("pk", s.run().pk),
    r"^POST /api/v1/\^imports/.*/map": lambda s: of("pk", s.run().pk, {"mapping": ["last_name", "email"]}),
    r"^POST /api/v1/\^imports/.*/run": lambda s: of("pk", s.mapped_run().pk),
    r"^POST /api/v1/\^pipelines/reorder": lambda s: ({}, {"order": [str(s.pipeline().pk), str(s.pk("pipeline"))]}),
    r"^POST /api/v1/\^pipelines/.*/reorder": lambda s: (
        {}, {"order": [str(one.pk) for one in s.records["pipeline"].stages.order_by("-position")]},
    ),
    r"^POST /(contacts|leads)/.*/consents/": lambda s: ({"channel": "email"}, AGREED),
    r"^POST /api/v1/.*/consents/": lambda s: ({}, {"channel": "email", **AGREED}),
    r"^POST (/settings/custom-fields/new/|/api/v1/\^custom-fields/\?)": lambda s: ({}, FIELD),
    r"^POST /api/v1/\^custom-fields/bulk": lambda s: ({}, {"operations": [{"op": "create", "data": FIELD}]}),
    r"^POST .*custom-fields/.*/restore/": lambda s: of(
        "pk", customers.custom_field_archive(s.actor, s.field().pk).pk
    ),
    r"^POST /settings/custom-fields/.*/move/": lambda s: of(
        "pk", (s.field("Size"), s.field())[1].pk, {"to": "up"}
    ),
    r"^POST /settings/lifecycles/": lambda s: of("pk", s.lifecycle().pk, {"allowed": ["new>junk"]}),
    r"^PATCH /api/v1/\^lifecycles/": lambda s: of("pk", s.lifecycle().pk, {"allowed": {"new": ["junk"]}}),
    r".*custom-fields/": lambda s: of("pk", s.field().pk, {"label": "Renamed"}),
    # alerts
    r"^POST .*security/.*alerts/.*acknowledge": nothing,
    r"^POST .*security/.*alerts/.*close": lambda s: ({}, {"resolution": "handled"}),
    r"^POST .*security/.*alerts/.*comment": lambda s: ({}, {"comment": "Looking."}),
    r"^POST /api/.*security/.*alerts/.*act": lambda s: ({}, {"action": "end_sessions"}),
    r"^POST /security/alerts/.*act": nothing,
    r"^POST /security/rules/|^PATCH .*security/rules/": lambda s: ({}, {"threshold": 9}),
    # legal holds
    r"^POST /compliance/holds/new/": lambda s: ({}, {"object": f"customer:{s.pk('customer')}", "reason": "dispute"}),
    r"^POST .*compliance/holds/.*release": lambda s: of("pk", s.hold().pk, {"reason": "settled"}),
    r"^POST /api/.*compliance/holds": lambda s: (
        {}, {"object_type": "customer", "object_id": str(s.pk("customer")), "reason": "dispute"},
    ),
    # requests about personal data
    r"^POST /compliance/subjects/new/": lambda s: ({}, {"kind": "access", "person": "Zoe", "team": str(s.team.pk)}),
    r"^POST /api/v1/\^compliance/subject-requests/\?": lambda s: (
        {}, {"kind": "access", "person": "Zoe", "team": str(s.team.pk)},
    ),
    r"^POST /compliance/retention/new/": lambda s: (
        {}, {"kind": "note", "action": "delete", "keep_days": 30, "counted_from": "activity", "basis": "tidiness"},
    ),
    r"^POST /api/.*compliance/retention-policies": lambda s: (
        {}, {"kind": "note", "action": "delete", "keep_days": 30, "counted_from": "activity", "basis": "tidiness"},
    ),
    r"^PATCH .*compliance/retention-policies": lambda s: of("pk", policy(s).pk, {"keep_days": 99}),
    r"^POST /compliance/retention/": lambda s: of("pk", policy(s).pk, {"keep_days": 99}),
    r"^PATCH .*compliance/subject-requests/": lambda s: of("pk", asked(s).pk, {"subjects": []}),
    r"^POST .*compliance/.*erase": lambda s: of("pk", asked(s, "erasure").pk, {"confirmation": "Erased person"}),
    r"^POST .*compliance/.*search": lambda s: of("pk", asked(s, "erasure").pk),
    r"^POST .*compliance/subject": lambda s: of("pk", asked(s).pk, {"reason": "no proof"}),
    # what comes in by mail
    r"^POST /settings/mailboxes/new/": lambda s: (
        {}, {"address": "in@vouch.example", "host": "imap.vouch.example", "port": 993, "username": "in",
             "folder": "INBOX", "password": "Lantern-in-a-box"},
    ),
    r"^POST /settings/mailboxes/.*/edit/": lambda s: of(
        "pk", s.mailbox().pk, {"address": "crm@vouch.example", "host": "imap.vouch.example", "port": 993,
                               "username": "crm", "folder": "Bounces", "is_active": "on"},
    ),
    r"^POST /settings/mailboxes/": lambda s: of("pk", s.mailbox().pk),
    r"^POST /letters/address/": nothing,
    r"^POST /letters/.*/file/": lambda s: of("pk", s.letter().pk, {"contact": str(s.pk("contact"))}),
    r"^POST /letters/.*/share/": lambda s: of("pk", s.filed_letter().pk),
    r"^POST /letters/": lambda s: of("pk", s.letter().pk),
    # webhooks
    r"^POST /settings/webhooks/new/": lambda s: ({}, {**HOOK, "team": str(s.team.pk)}),
    r"^POST /settings/webhooks/.*/on/": lambda s: of("pk", s.webhook_off().pk),
    r"^POST /settings/webhooks/.*/deliveries/.*/replay/": lambda s: again(s.webhook_delivery()),
    r"^POST /settings/webhooks/.*/replay/": lambda s: of("pk", s.webhook().pk, {"since": "2026-01-01 00:00"}),
    r"^POST /settings/webhooks/.*/rotate/": lambda s: of("pk", s.webhook().pk, {"overlap_hours": 1}),
    r"^POST /settings/webhooks/.*/(test|off|delete)/": lambda s: of("pk", s.webhook().pk),
    r"^POST /api/v1/\^webhooks/\?": lambda s: ({}, HOOK),
    r"^POST /api/v1/\^webhooks/.*/replay": lambda s: of("pk", s.webhook().pk, {"since": "2026-01-01T00:00:00Z"}),
    r"^POST /api/v1/\^webhooks/": lambda s: of("pk", s.webhook().pk),
    r"^(PATCH|DELETE) /api/v1/\^webhooks/": lambda s: of("pk", s.webhook().pk, {"name": "New"}),
    # lead capture
    r"^POST /settings/lead-sources/new/": lambda s: ({}, {**SOURCE, "team": str(s.team.pk)}),
    r"^POST /settings/lead-sources/.*/rotate/": lambda s: of("pk", s.lead_source("webhook").pk, {"overlap_hours": 1}),
    r"^POST /settings/lead-sources/.*/accept/": lambda s: ({}, {"email": "x@acme.example"}),
    r"^POST /settings/lead-sources/.*/delete/": lambda s: of("pk", s.lead_source().pk),
    r"^POST /api/v1/\^lead-sources/\?\$": lambda s: ({}, {"name": "Ask us"}),
    r"^POST /api/v1/\^lead-sources/.*/rotate": lambda s: of("pk", s.lead_source("webhook").pk),
    r"^POST /api/v1/\^lead-sources/.*/accept": lambda s: ({}, {"email": "x@acme.example"}),
    r"^DELETE /api/v1/\^lead-sources/": lambda s: of("pk", s.lead_source().pk),
    # e-mail
    r"^POST (/settings/emails/pause/|/api/.*emails/pause)": nothing,
    r"^POST (/settings/emails/resume/|/api/.*emails/resume)": lambda s: s.resuming() and nothing(s),
    r"^POST (/settings/emails/clean-up/|/api/.*emails/cleanup)": lambda s: ({}, {"days": 30}),
    r"^POST /settings/emails/suppressed/add/": lambda s: ({}, {"address": "x@acme.example", "reason": "manual"}),
    r"^POST /settings/emails/suppressed/.*remove": lambda s: of("pk", s.suppression().pk),
    r"^POST /api/v1/\^email-suppressions/\?": lambda s: ({}, {"address": "x@acme.example"}),
    r"^DELETE /api/v1/\^email-suppressions/": lambda s: of("pk", s.suppression().pk),
    r"^POST /settings/emails/templates/<slug:name>/$": lambda s: ({"name": "welcome"}, WORDS),
    r"^POST /settings/emails/templates/.*reset/": lambda s: of("name", s.mail_template().name),
    r"^POST /settings/emails/templates/.*test/": lambda s: of("name", "welcome"),
    r"^POST .*emails/.*pk>.*/retry": lambda s: of("pk", s.mail(state="failed").pk),
    r"^POST .*emails/.*pk>.*/cancel": lambda s: of("pk", s.mail().pk),
    r"^POST /api/v1/\^emails/\?": lambda s: ({}, MESSAGE),
    r"^POST /api/v1/\^emails/bulk": lambda s: ({}, {"operations": [{"op": "create", "data": MESSAGE}]}),
    r"^POST /unsubscribe/": lambda s: of("token", link_for("x@acme.example").rstrip("/").rpartition("/")[2]),
    # bans
    r"^POST .*security/bans/(add/|\?\$)$": lambda s: ({}, {"address": "203.0.113.9", "reason": "guesses", "hours": 1}),
    r"^POST .*backups/.*verify": lambda s: of("pk", s.pk("backup")),
    r"^POST .*security/bans/.*lift": lambda s: of("pk", s.ban().pk),
    r"^POST /security/canaries/keys/": lambda s: ({}, {"name": "Left behind"}),
    r"^POST /security/canaries/records/": lambda s: ({}, {"team": str(s.team.pk), "customers": 1, "people": 0}),
    r"^POST /security/canaries/.*remove/": lambda s: of("pk", s.canary().pk),
    # people, teams, roles
    rf"{PEOPLE}/sessions/end-all/": nothing,
    rf"{PEOPLE}/deactivate/": lambda s: ({}, {"what": "leave"}),
    rf"{PEOPLE}/reactivate/": lambda s: of("pk", administration.user_deactivate(s.actor, s.person.pk).pk),
    r"^POST /api/v1/\^users/.*/reactivate": lambda s: of("pk", administration.user_deactivate(s.actor, s.person.pk).pk),
    rf"{PEOPLE}/hand-over/$": lambda s: ({}, {"what": "hand_over", "to": str(s.heir.pk)}),
    r".*/hand-over/.*undo": lambda s: of("hand_over_pk", s.handed_over().pk),
    r"^POST /api/v1/\^users/.*/hand-over/": lambda s: ({}, {"heirs": {"customers": str(s.heir.pk)}}),
    r"^POST /api/v1/\^users/\?": lambda s: (
        {}, {"email": "n@acme.example", "full_name": "New", "role": str(s.role().pk)},
    ),
    r"^POST /api/v1/\^users/.*/unlock": lambda s: of("pk", s.locked_door().user.pk),
    r"^POST /settings/locks/": lambda s: of("pk", s.locked_door().pk),
    r"^POST /settings/teams/.*/members/$": lambda s: of("pk", s.other_team().pk, {"user": str(s.person.pk)}),
    r"^POST /settings/teams/<uuid:team>/members/": lambda s: of("pk", s.heir.pk, {"what": "leave"}),
    r"^POST /api/v1/\^teams/.*/members/": lambda s: of("pk", s.other_team().pk, {"user": str(s.person.pk)}),
    r"^DELETE /api/v1/\^teams/.*/members/": lambda s: of("user", s.heir.pk),
    r"^POST /settings/roles/new/": lambda s: ({}, {"label": "Desk", "customers:read": "team", "step": "save"}),
    r"^POST /settings/roles/.*/edit/": lambda s: of(
        "pk", s.role().pk, {"label": "Front", "step": "save", "version": 1}
    ),
    r"^(POST|PATCH|DELETE) (/settings/roles/|/api/v1/\^roles/\(\?P)": lambda s: of(
        "pk", s.role().pk, {"label": "Front"}
    ),
    r"^POST /api/v1/\^roles/\?": lambda s: ({}, ROLE),
    r"^POST /api/v1/\^roles/bulk": lambda s: (
        {}, {"operations": [{"op": "create", "data": ROLE}]},
    ),
    r"^POST .*invitations/\??/?\$?$": lambda s: (
        {}, {"email": "x@acme.example", "role": str(s.role().pk), "teams": [str(s.team.pk)]},
    ),
    r".*invitations/": lambda s: of("pk", s.invitation().pk),
    r".*settings/password": lambda s: ({}, {"minimum_length": 14}),
    r"^POST /settings/sso/new/": lambda s: (
        {}, {**SSO, "domains": "acme.example", "client_secret": "hush", "is_enabled": "on"},
    ),
    r"^POST /settings/sso/": lambda s: of("pk", s.connection().pk),
    # applications and keys
    r"^POST (/settings/applications/new/|/api/v1/\^oauth-clients/\?)": lambda s: ({}, client_body(s)),
    r"^POST .*(applications|oauth-clients)/.*/enable": lambda s: of("pk", disabled(s)),
    r".*(settings/applications|oauth-clients)/": lambda s: of("pk", s.client().pk, {"name": "Renamed"}),
    r"^DELETE /api/v1/\^users/\(\?P<user>.*applications/": family_values,
    r".*applications/devices/": lambda s: own_family(s, "device"),
    r"(.*\^me/applications/|^POST /accounts/applications/)": lambda s: own_family(s, "application"),
    r"^POST /accounts/api-keys/new/": lambda s: ({}, {"name": "Night job", "scopes": ["customers:read"], "days": 30}),
    r"^POST /api/v1/\^api-keys/\?": lambda s: ({}, {"name": "Night job", "scopes": ["customers:read"]}),
    r"^POST /api/v1/\^api-keys/leaked": lambda s: ({}, {"key": s.key()[1]}),
    r"^POST /api/v1/\^api-keys/": lambda s: of("pk", own_key(s)),
    r"/api/v1/\^api-keys/": lambda s: of("pk", own_key(s), {"name": "Renamed"}),
    r".*api-keys/": lambda s: of("pk", own_key(s), {"name": "Renamed", "days": 30, "overlap_days": 3}),
    # one's own account
    r"^POST /notifications/settings/": lambda s: ({}, chosen_ways()),
    r"^PUT /api/v1/\^notifications/preferences": lambda s: ({}, {"digest_hour": 6}),
    r"^POST /accounts/logout/": nothing,
    r"^POST /accounts/sessions/<uuid:pk>": lambda s: of("pk", s.session(s.me).pk),
    r"^DELETE /api/v1/\^sessions/": lambda s: of("pk", s.session(s.me).pk),
    r"^POST /accounts/security/codes/": lambda s: ({}, {"app": app_of(s).secret}),
    r"^POST /accounts/security/passkeys/": lambda s: of("pk", s.passkey().pk, {"name": "Old laptop"}),
    r"^POST /accounts/security/factors/": lambda s: of("pk", (app_of(s), s.passkey())[1].pk),
    r"^POST /accounts/email/$": lambda s: ({}, {"email": "new@acme.example"}),
    r"^POST /accounts/email/confirm/": lambda s: of("token", s.email_token()),
    r"^PATCH /api/v1/\^me/": lambda s: ({}, {"full_name": "Renamed"}),
    r"^POST /accounts/password/change/": lambda s: (
        {}, {"oldpassword": "Lantern-over-harbour-7", "password1": "Copper-kettle-91", "password2": "Copper-kettle-91"},
    ),
    r"^POST /accounts/password/reset/": lambda s: ({}, {"email": s.person.email}),
    r"^POST /accounts/login/": lambda s: ({}, {"login": s.person.email, "password": "Lantern-over-harbour-7"}),
}  # fmt: skip


def chosen_ways() -> dict[str, Any]:
    """The whole form: what is not ticked is not told in the page."""
    return {"digest_hour": "6", **{f"{kind.name}-mail": "none" for kind in ALL if kind.is_mailed}}


def upload() -> Any:
    return SimpleUploadedFile("people.csv", b"last_name,email\nBirch,birch@acme.example\n")


def billing_of(s: Scene) -> Sent:
    """Of a customer that has none yet."""
    customer = str(s.plain_customer().pk)
    return {"parent_pk": customer}, {"customer": customer}


def document_file() -> Any:
    return SimpleUploadedFile("contract.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


def disabled(s: Scene) -> Any:
    return clients.client_disable(s.actor, s.client().pk).pk


def own_key(s: Scene) -> Any:
    return keys.api_key_create(s.actor, user=s.me, name="Mine", scopes=["customers:read"], team=s.team)[0].pk


for _text in ("customers", "contacts", "leads", "deals", "activities", "notes", "labels"):
    _word = word_of(_text)
    RULES |= {
        rf"^POST /{_text}/new/": creates(_word),
        rf"^POST /{_text}/bulk/$": bulk_act(_word),
        rf"^POST /{_text}/.*/restore/": back(_word),
        rf"^POST /{_text}/.*/delete/": gone(_word),
        rf"^POST /api/v1/\^{_text}/\?": creates(_word),
        rf"^POST /api/v1/\^{_text}/bulk": api_bulk(_word),
        rf"^POST /api/v1/\^{_text}/.*/restore": back(_word),
        rf"^DELETE /api/v1/\^{_text}/\(\?P<pk>[^)]*\)/\?\$$": gone(_word),
        rf"^POST /api/v1/.*parent_pk>.*/{_text}/": under(_word),
    }
RULES |= {r"^POST /api/v1/.*parent_pk>.*/children/": under("customer")}
for _text in ("pipelines", "stages", "teams"):
    _word = word_of(_text)
    RULES |= {
        rf"^POST (/settings/{_text}/new/|/api/v1/\^{_text}/\?)": creates(_word),
        rf"^POST /api/v1/\^{_text}/bulk": api_bulk(_word),
        rf"^(POST|DELETE) (/settings|/api/v1)/\^?{_text}/.*(delete/|\?\$)$": gone(_word),
    }

# Addresses that change nothing of anybody's records.
NOTHING: dict[str, str] = {
    r"POST /settings/emails/templates/.*/preview/": "shows what is in the form and keeps nothing of it",
    r"/(search/|settings/|accounts/)?$": "reads; a plain function answers any method alike",
    r"/(auth/)?\.well-known/|/auth/(userinfo|introspect|challenge)": "answers a question of the protocol",
    r"/health/|/metrics$": "reads",
    r"POST .*notifications/.*(read|unread|read-all|snooze)": "what somebody has read is nobody else's affair",
    r"POST /notifications/stream/": "answers no POST, and nothing at all in a thread",
    r"POST /mcp$": "reads, and leaves the event of a reading (crm/agents/tests/test_reading.py)",
    r"PUT /accounts/": "allauth's form views take a PUT as a POST, which is listed",
    r"/accounts/sso/$": "leads to the provider; signing in is the event",
    r"/accounts/security/(setup/)?$": "a plain function answers any method alike",
    r"POST /exports/templates/new/$": "asks for the name of what the form holds",
    r"POST /exports/new/$": "shows the form with what was ticked",
    r"POST /accounts/applications/end/$": "a page that shows a form",
    r"/admin/": "a test of its own writes through each form of the administration",
}

# Whole ceremonies, which a test of their own goes through and where it looks at the trail.
PROVED: dict[str, str] = {
    r"/forms/": "crm/capture/tests/test_web_form.py",
    r"/hooks/": "crm/capture/tests/test_inbound.py",
    r"/auth/(authorize|token|refresh|revoke)": "accounts/tests/test_oauth_token_endpoint.py",
    r"/accounts/(passkey|second-factor|reauthenticate)": "accounts/tests/test_second_factor_sign_in.py",
    r"/accounts/security/setup/(app|passkey)/": "accounts/tests/test_second_factor_setup.py",
    r"/accounts/sso/saml/": "accounts/tests/test_sso_saml.py",
    r"/accounts/(invitation)/": "accounts/tests/test_invitations.py",
    r"accounts/password/(set|reset/key)/": "accounts/tests/test_password_change.py",
}
