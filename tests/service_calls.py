"""Every service of the project with a call that has a real effect; tests/test_every_service_leaves_an_event.py runs it.

Each entry prepares what the call needs and answers the call itself, so that only its own events are looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial as do
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts import administration
from accounts.apikeys import services as keys
from accounts.apikeys.decoys import decoy_key_delete, decoy_key_mint
from accounts.apikeys.housekeeping import api_keys_expire
from accounts.apikeys.leaks import api_key_leaked
from accounts.email_change import SALT, email_change_cancel, email_change_confirm, email_change_request
from accounts.hand_over import hand_over_undo, ownership_hand_over
from accounts.invitations import services as invitations
from accounts.mfa import services as factors
from accounts.models import ApiKey, LoginDoor, Role, Session, Team, TokenFamily, User
from accounts.oauth import clients, grants
from accounts.passwords.services import password_changed, password_policy_update
from accounts.profile import profile_update
from accounts.sessions import services as sessions
from accounts.signin.unlocking import door_unlock, user_unlock
from accounts.sso import services as sso
from accounts.tests.second_factor import App, connect_app
from auditlog.alerts import services as alerts
from auditlog.checking import check_trail
from auditlog.erasing import erase
from auditlog.exporting import export
from auditlog.holds import hold_release, hold_set
from auditlog.honeypots.bans import address_ban, address_unban
from auditlog.models import AuditEvent
from auditlog.purging import purge_events
from auditlog.sealing import seal_pending
from crm.bulk import services as acts
from crm.bulk.models import BulkItem, BulkRun
from crm.bulk.running import bulk_step
from crm.capture import services as capture
from crm.capture.mending import submission_accept, submission_dismiss
from crm.capture.reading import Read
from crm.capture.receiving import Entry, submission_receive
from crm.compliance import deciding, processing, reviews
from crm.compliance.exporting import Table, as_file
from crm.core.actor import Actor
from crm.core.ids import uuid7
from crm.intake import letters
from crm.intake import services as mailboxes
from crm.intake.models import Letter, Mailbox
from crm.lists import services as views
from crm.mailroom import queue as mail_queue
from crm.mailroom import suppressions
from crm.mailroom import templates as mail_templates
from crm.notices.services import notice_preferences_update
from crm.ops.backups.services import backup_request, backup_verify_request
from crm.ops.job_services import job_run_now, job_update
from crm.ops.models import Job
from crm.outbox.mail import enqueue_mail
from crm.outbox.models import Delivery
from crm.privacy import services as privacy
from crm.privacy.erasing import subject_erase
from crm.privacy.exporting import subject_export
from crm.privacy.models import WorkKind
from crm.privacy.reapplying import erasures_reapply
from crm.privacy.retention import apply_retention, policy_apply, retention_policy_create, retention_policy_update
from crm.privacy.tombstones import known_hashes
from crm.privacy.working import work_on_personal_data
from crm.privacy.works import JOB, archive_take, work_start
from crm.transfer import services as imports
from crm.transfer.export_templates import services as templates
from crm.transfer.exports import services as exports
from crm.transfer.exports.sweeping import exports_pick_up, exports_withdraw
from crm.transfer.models import ImportRun
from crm.transfer.running import import_step
from crm.transfer.schedules import services as schedules
from crm.transfer.schedules.stopping import schedule_stop, template_gone
from crm.transfer.schedules.sweeping import schedules_run
from crm.transfer.undoing import conflict_take_back, undo_step
from crm.web.canaries import draft, plant_drawn
from crm.webhooks import services as webhooks
from crm.webhooks.replaying import webhook_replay
from crm.webhooks.standing import webhook_stop
from customers import services as customers
from customers.models import Contact, Customer, DuplicatePair, Lifecycle
from customers.tests.document_files import upload
from deals import services as deals
from deals.models import Stage

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # nosec B105
SSO = {
    "name": "Acme ID",
    "kind": "oidc",
    "client_id": "vouch",
    "domains": ["acme.example"],
    "discovery_url": "https://login.acme.example",
}


Call = Callable[[], Any]


def soon() -> Any:
    return timezone.now() + timedelta(minutes=5)


@dataclass
class Scene:
    """`person` owns what there is; `heir` is a colleague; `me` is the person behind `actor`."""

    actor: Actor
    me: User
    heir: User
    records: dict[str, Any]

    def pk(self, word: str) -> Any:
        return self.records[word].pk

    @property
    def team(self) -> Team:
        return self.records["team"]

    @property
    def person(self) -> User:
        return self.records["user"]

    def key(self) -> tuple[ApiKey, str]:
        own = {"name": "Night job", "scopes": ["customers:read"], "team": self.team}
        return keys.api_key_create(self.actor, user=self.me, **own)

    def client(self, **more: Any) -> Any:
        asked = {"name": "Tool", "client_type": "confidential", "redirect_uris": ["https://tool.example/back"]}
        return clients.client_create(self.actor, **asked, scopes=["customers:read"], **more)[0]

    def family(self) -> TokenFamily:
        return TokenFamily.objects.create(
            user=self.person, application=self.client(), scope="customers:read", expires_at=soon()
        )

    def session(self, user: User) -> Session:
        return Session.objects.create(key="k", data="", user=user, auth_hash=user.get_session_auth_hash())

    def role(self) -> Role:
        return administration.role_create(self.actor, name="desk", label="Desk", grants={"customers:read": "team"})

    def other_team(self) -> Team:
        return administration.team_create(self.actor, name="Elsewhere", country="PT")

    def locked_door(self) -> LoginDoor:
        user = self.person
        return LoginDoor.objects.create(user=user, person=user.email, failures=5, locked_until=soon())

    def run(self) -> ImportRun:
        file = SimpleUploadedFile("people.csv", b"last_name,email\nBirch,birch@acme.example\n")
        return imports.import_create(self.actor, file, resource="contacts", team=self.team)

    def export(self, **more: Any) -> Any:
        return exports.export_create(self.actor, resource="contacts", **more)

    def queued_export(self) -> Any:
        return self.export(at_once=0)

    def export_template(self, **more: Any) -> Any:
        return templates.export_template_create(self.actor, name="Key people", resource="contacts", **more)

    def export_schedule(self) -> Any:
        return schedules.export_schedule_create(self.actor, template=self.export_template())

    def paused_schedule(self) -> Any:
        return schedules.export_schedule_pause(self.actor, self.export_schedule().pk)

    def due_schedule(self) -> Any:
        return self.export_schedule().next_run_at

    def webhook(self) -> Any:
        address = "https://hooks.example.com/in"
        return webhooks.webhook_create(self.actor, url=address, events=["*"], team=self.team)[0]

    def lead_source(self, kind: str = "form") -> Any:
        return capture.lead_source_create(self.actor, name="Ask us", kind=kind, team=self.team)[0]

    def entry(self) -> Any:
        return Entry('{"email": ["x@acme.example"]}', Read({"email": "x@acme.example"}))

    def mailbox(self) -> Mailbox:
        place = {"address": "crm@vouch.example", "host": "imap.vouch.example", "username": "crm"}
        return mailboxes.mailbox_create(self.actor, password="Lantern-in-a-box", **place)

    def letter(self, **values: Any) -> Letter:
        """Of whoever acts: nobody does anything with another's."""
        return Letter.objects.create(person=self.me, key="k", direction="inbound", subject="An offer", **values)

    def filed_letter(self) -> Letter:
        return self.letter(contact=self.records["contact"])

    def webhook_off(self) -> Any:
        return webhooks.webhook_update(self.actor, self.webhook().pk, is_active=False)

    def webhook_delivery(self) -> Any:
        """One that failed, so that it can be sent again."""
        self.webhook()
        customers.customer_update(self.actor, self.pk("customer"), phone="+49 30 1234567")
        sent = Delivery.objects.filter(kind="webhook", subject="customer.updated")
        sent.update(state="failed")
        return sent.get()

    def passkey(self) -> Any:
        return factors.passkey_add(self.actor, name="Laptop", credential={"clientExtensionResults": {}})

    def in_team(self, **more: Any) -> dict[str, Any]:
        return {"team": self.team, "owner": self.person, **more}

    def second_stage(self) -> Stage:
        return Stage.objects.exclude(pk=self.records["stage"].pk).filter(pipeline=self.records["pipeline"]).first()  # type: ignore[return-value]

    def empty_stage(self) -> Stage:
        return deals.stage_create(self.actor, pipeline=self.records["pipeline"], name="Extra", probability=10)

    def old_key(self) -> ApiKey:
        key, _secret = self.key()
        ApiKey.objects.filter(pk=key.pk).update(created_at=timezone.now() - timedelta(days=70))
        return key

    def handed_over(self) -> Any:
        return ownership_hand_over(self.actor, self.person.pk, heirs={"customers": self.heir})

    def convertible_lead(self) -> Any:
        return customers.lead_create(
            self.actor, first_name="Jo", last_name="Kerr", company_name="Kerr", **self.in_team()
        )

    def invitation(self) -> Any:
        return invitations.invitation_create(self.actor, email="x@acme.example", role=self.role(), teams=[self.team])

    def connection(self) -> Any:
        return sso.sso_connection_create(self.actor, client_secret="hush", **SSO)

    def asked(self) -> dict[str, Any]:
        """A review of the team by two, because nobody reviews their own access."""
        User.objects.filter(pk=self.heir.pk).update(role=Role.objects.get(name="auditor"))
        due, two = timezone.localdate() + timedelta(days=9), [self.me, self.heir]
        return {"name": "Spring", "due_on": due, "scope": "team", "team": self.team, "reviewers": two}

    def review(self) -> Any:
        return reviews.review_start(self.actor, **self.asked())

    def decided(self) -> Any:
        review = self.review()
        review.items.update(decision="keep", decided_at=timezone.now())
        return review

    def item(self) -> Any:
        return self.review().items.get(person_id=self.person.pk, kind="role")

    def kept(self) -> Any:
        item = self.item()
        return deciding.item_decide(self.actor, item.review_id, item.pk, decision="keep")

    def pipeline(self) -> Any:
        return deals.pipeline_create(self.actor, name="Renewals")

    def field(self, label: str = "Contract") -> Any:
        return customers.custom_field_create(self.actor, holder="lead", type="text", label=label)

    def lifecycle(self) -> Any:
        return Lifecycle.objects.get(holder="lead")

    def job(self) -> Any:
        return Job.objects.create(name="acme-job")

    def mail(self, state: str = "pending") -> Delivery:
        """Waiting, or at its end; drained by nobody."""
        mail = enqueue_mail("olive@acme.example", "News", "Hello", key=f"scene:{uuid7()}", team_id=self.team.pk)
        Delivery.objects.filter(pk=mail.pk).update(state=state)
        return mail

    def mail_template(self) -> Any:
        return mail_templates.mail_template_update(self.actor, "welcome", subject="Hello")

    def suppression(self) -> Any:
        return suppressions.suppression_add(self.actor, address="gone@acme.example")

    def resuming(self) -> Any:
        mail_queue.queue_pause(self.actor)
        return do(mail_queue.queue_resume, self.actor)

    def ban(self) -> Any:
        return address_ban(self.actor, address="203.0.113.9", reason="guesses", hours=1)

    def canary(self) -> Any:
        return plant_drawn(self.actor, team=self.team, customers=1, people=0)[0]

    def twin(self, word: str) -> Any:
        """A record of the same kind and team as the scene's own."""
        name = {"name": "Twin"} if word == "customer" else {"last_name": "Twin"}
        return getattr(customers, f"{word}_create")(self.actor, **name, **self.in_team())

    def with_second_email(self) -> Any:
        more = [{"email": "second@home.example", "label": "home"}]
        return customers.contact_update(self.actor, self.pk("contact"), further_emails=more).pk

    def pair(self) -> Any:
        ends = sorted((self.pk("customer"), self.twin("customer").pk))
        return DuplicatePair.objects.create(
            kind="customer", team=self.team, left_id=ends[0], right_id=ends[1], score=90, reasons=[["email", 90]]
        )

    def merged(self) -> Any:
        return customers.customer_merge(self.actor, self.pk("customer"), self.twin("customer").pk)

    def hold(self) -> Any:
        return hold_set(self.actor, object_type="customer", object_id=str(self.pk("customer")), reason="dispute")

    def mapped_run(self) -> ImportRun:
        return imports.import_map(self.actor, self.run().pk, mapping=["last_name", "email"])

    def running(self) -> ImportRun:
        return imports.import_start(self.actor, self.mapped_run().pk)

    def imported(self) -> ImportRun:
        return import_step(self.actor, self.running())

    def left_alone(self) -> Any:
        """A contact that came in, was changed, and so was not taken back."""
        run = self.imported()
        contact = Contact.objects.get(email="birch@acme.example")
        customers.contact_update(self.actor, contact.pk, title="Changed")
        undo_step(self.actor, imports.import_undo(self.actor, run.pk))
        return run.conflicts.get()

    def stopped(self) -> ImportRun:
        return imports.import_cancel(self.actor, self.running().pk)

    def email_token(self) -> str:
        me = email_change_request(self.actor, email="new@acme.example")
        return signing.dumps([str(me.pk), me.email, "new@acme.example"], salt=SALT)

    def sealed(self) -> Any:
        """One event, sealed for a time that is over already."""
        seal_pending(timezone.now() - timedelta(days=20 * 365))
        return AuditEvent.objects.exclude(seal=None).first()

    def archived(self, word: str, archive: Callable[..., Any]) -> Any:
        return archive(self.actor, self.pk(word)).pk

    def view(self) -> Any:
        return views.view_create(self.actor, resource="customers", name="Key accounts")

    def deleted_view(self) -> Any:
        return views.view_delete(self.actor, self.view().pk)

    def plain_customer(self) -> Any:
        return customers.customer_create(self.actor, name="Plain", **self.in_team())

    def document(self, **more: Any) -> Any:
        return customers.document_upload(self.actor, file=upload(), customer=self.records["customer"], **more)

    def expired(self) -> Any:
        customers.document_verify(self.actor, self.document().pk, status="verified", expires_on=timezone.localdate())
        return timezone.now() + timedelta(days=2)

    def long_deleted(self) -> Any:
        customers.document_archive(self.actor, self.document().pk)
        return timezone.now() + timedelta(days=400)

    def bulk_run(self, action: str = "archive") -> Any:
        return acts.bulk_order(self.actor, resource="customers", action=action, ids=[self.pk("customer")])

    def bulk_running(self) -> Any:
        """As if it were many, and nobody had begun."""
        run = acts.bulk_order(self.actor, resource="customers", action="archive", ids=[self.pk("customer")] * 2)
        BulkItem.objects.filter(run=run).update(state="waiting")
        Customer.objects.filter(pk=self.pk("customer")).update(archived_at=None)
        BulkRun.objects.filter(pk=run.pk).update(state="running", finished_at=None, done_count=0)
        run.refresh_from_db()
        return run

    def bulk(self) -> Any:
        return customers.records_archive(self.actor, Customer, [self.pk("customer")]).pk


def a(s: Scene) -> Actor:
    return s.actor


def app_of(s: Scene) -> App:
    return connect_app(s.me)


KEEP = {"decision": "keep"}
ACTIVITY = {"name": "Payroll", "lawful_basis": "contract", "purpose": "Pay", "people": "Staff", "data": "Names"}


def of_item(act: Callable[..., Any], item: Any, s: Scene, **more: Any) -> Call:
    return do(act, a(s), item.review_id, item.pk, **more)


CALLS: dict[str, Callable[[Scene], Call]] = {
    # compliance
    "review_start": lambda s: do(reviews.review_start, a(s), **s.asked()),
    "review_update": lambda s: do(reviews.review_update, a(s), s.review().pk, name="Renamed"),
    "review_complete": lambda s: do(reviews.review_complete, a(s), s.decided().pk, sign_off="Seen."),
    "item_decide": lambda s: of_item(deciding.item_decide, s.item(), s, **KEEP),
    "items_decide": lambda s: do(deciding.items_decide, a(s), (item := s.item()).review_id, [item.pk], **KEEP),
    "item_reopen": lambda s: of_item(deciding.item_reopen, s.kept(), s),
    "processing_activity_create": lambda s: do(processing.processing_activity_create, a(s), **ACTIVITY),
    "processing_activity_update": lambda s: do(
        processing.processing_activity_update, a(s), s.pk("processing"), name="Renamed"
    ),
    "processing_activity_delete": lambda s: do(processing.processing_activity_delete, a(s), s.pk("processing")),
    "as_file": lambda s: do(as_file, a(s), Table("t", "T", (), list), "csv"),
    # saved views
    "view_create": lambda s: do(views.view_create, a(s), resource="customers", name="Key accounts"),
    "view_update": lambda s: do(views.view_update, a(s), s.view().pk, name="Renamed"),
    "view_delete": lambda s: do(views.view_delete, a(s), s.view().pk),
    "view_restore": lambda s: do(views.view_restore, a(s), s.deleted_view().pk),
    "view_make_default": lambda s: do(views.view_make_default, a(s), s.view().pk),
    # people, teams, roles
    "user_create": lambda s: do(
        administration.user_create, a(s), email="n@acme.example", full_name="New", role=s.role(), teams=[s.team]
    ),
    "user_update": lambda s: do(administration.user_update, a(s), s.pk("user"), full_name="Renamed"),
    "user_deactivate": lambda s: do(administration.user_deactivate, a(s), s.pk("user")),
    "user_reactivate": lambda s: do(
        administration.user_reactivate, a(s), administration.user_deactivate(a(s), s.pk("user")).pk
    ),
    "role_create": lambda s: s.role,
    "role_update": lambda s: do(administration.role_update, a(s), s.role().pk, label="Front desk"),
    "role_delete": lambda s: do(administration.role_delete, a(s), s.role().pk),
    "team_create": lambda s: s.other_team,
    "team_update": lambda s: do(administration.team_update, a(s), s.team.pk, name="Renamed"),
    "team_delete": lambda s: do(administration.team_delete, a(s), s.other_team().pk),
    "member_add": lambda s: do(administration.member_add, a(s), s.other_team().pk, s.person),
    "member_remove": lambda s: do(administration.member_remove, a(s), s.team.pk, s.heir),
    "ownership_hand_over": lambda s: s.handed_over,
    "hand_over_undo": lambda s: do(hand_over_undo, a(s), s.handed_over().pk),
    "invitation_create": lambda s: s.invitation,
    "invitation_resend": lambda s: do(invitations.invitation_resend, a(s), s.invitation().pk),
    "invitation_withdraw": lambda s: do(invitations.invitation_withdraw, a(s), s.invitation().pk),
    # one's own account
    "profile_update": lambda s: do(profile_update, a(s), full_name="Somebody else"),
    "email_change_request": lambda s: do(email_change_request, a(s), email="new@acme.example"),
    "email_change_cancel": lambda s: do(email_change_cancel, a(s)) if s.email_token() else None,
    "email_change_confirm": lambda s: do(email_change_confirm, a(s), s.email_token()),
    "app_set": lambda s: do(factors.app_set, a(s), secret=SECRET, code=App(SECRET).code()),
    "passkey_add": lambda s: s.passkey,
    "passkey_rename": lambda s: do(factors.passkey_rename, a(s), s.passkey().pk, name="Old laptop"),
    "factor_remove": lambda s: do(factors.factor_remove, a(s), (app_of(s), s.passkey())[1].pk),
    "recovery_codes_renew": lambda s: do(factors.recovery_codes_renew, a(s)) if app_of(s) else None,
    "recovery_codes_reveal": lambda s: do(factors.recovery_codes_reveal, a(s)) if s.passkey() else None,
    "second_factor_reset": lambda s: do(factors.second_factor_reset, a(s), s.pk("user")),
    "password_changed": lambda s: do(password_changed, a(s), s.me),
    "password_policy_update": lambda s: do(password_policy_update, a(s), minimum_length=14),
    # sessions, tokens, keys, clients
    "session_end": lambda s: do(sessions.session_end, a(s), s.session(s.me).pk),
    "other_sessions_end": lambda s: do(sessions.other_sessions_end, a(s), s.session(s.me).pk),
    "everywhere_sign_out": lambda s: do(sessions.everywhere_sign_out, a(s), s.pk("user")),
    "sessions_of_person_end": lambda s: do(sessions.sessions_of_person_end, a(s), s.pk("user")),
    "credentials_of_person_end": lambda s: do(sessions.credentials_of_person_end, a(s), s.pk("user")),
    "family_sign_out": lambda s: do(sessions.family_sign_out, a(s), s.family()),
    "door_unlock": lambda s: do(door_unlock, a(s), s.locked_door().pk),
    "user_unlock": lambda s: do(user_unlock, a(s), s.locked_door().user.pk),
    "grant_revoke": lambda s: do(grants.grant_revoke, a(s), s.person, s.family().application_id),
    "grant_revoke_device": lambda s: do(grants.grant_revoke_device, a(s), s.person, s.family().pk),
    "grants_revoke_all": lambda s: do(grants.grants_revoke_all, a(s), s.family().user),
    "api_key_create": lambda s: s.key,
    "api_key_rotate": lambda s: do(keys.api_key_rotate, a(s), s.key()[0].pk),
    "api_key_update": lambda s: do(keys.api_key_update, a(s), s.key()[0].pk, name="Renamed"),
    "api_key_revoke": lambda s: do(keys.api_key_revoke, a(s), s.key()[0].pk),
    "api_key_delete": lambda s: do(keys.api_key_delete, a(s), s.key()[0].pk),
    "api_key_leaked": lambda s: do(api_key_leaked, a(s), s.key()[1]),
    "api_keys_expire": lambda s: do(api_keys_expire, a(s), timezone.now()) if s.old_key() else None,
    "client_create": lambda s: s.client,
    "client_update": lambda s: do(clients.client_update, a(s), s.client().pk, name="Renamed"),
    "client_rotate_secret": lambda s: do(clients.client_rotate_secret, a(s), s.client().pk),
    "client_disable": lambda s: do(clients.client_disable, a(s), s.client().pk),
    "client_enable": lambda s: do(clients.client_enable, a(s), clients.client_disable(a(s), s.client().pk).pk),
    "client_delete": lambda s: do(clients.client_delete, a(s), s.client().pk),
    "web_client_ensure": lambda s: do(clients.web_client_ensure, a(s)),
    "sso_connection_create": lambda s: s.connection,
    "sso_connection_update": lambda s: do(sso.sso_connection_update, a(s), s.connection().pk, name="Renamed"),
    "sso_connection_delete": lambda s: do(sso.sso_connection_delete, a(s), s.connection().pk),
    # the trail itself
    "erase": lambda s: do(erase, a(s), [s.sealed().pk], "asked by the person"),
    "export": lambda s: do(export, a(s), AuditEvent.objects.none(), {}, "csv"),
    "hold_set": lambda s: s.hold,
    "hold_release": lambda s: do(hold_release, a(s), s.hold().pk, reason="settled"),
    "purge_events": lambda s: do(purge_events, a(s)) if s.sealed() else None,
    "check_trail": lambda s: do(check_trail, a(s), timezone.now()),
    "alert_acknowledge": lambda s: do(alerts.alert_acknowledge, a(s), s.pk("alert")),
    "alert_close": lambda s: do(alerts.alert_close, a(s), s.pk("alert"), resolution="handled"),
    "alert_comment": lambda s: do(alerts.alert_comment, a(s), s.pk("alert"), comment="Looking."),
    "alert_act": lambda s: do(alerts.alert_act, a(s), s.pk("alert"), action="end_sessions"),
    "rule_update": lambda s: do(alerts.rule_update, a(s), s.pk("rule"), threshold=9),
    "address_ban": lambda s: s.ban,
    "address_unban": lambda s: do(address_unban, a(s), s.ban().pk),
    "canaries_plant": lambda s: do(customers.canaries_plant, a(s), [draft(1, "")], s.team),
    "plant_drawn": lambda s: s.canary,
    "canary_remove": lambda s: do(customers.canary_remove, a(s), s.canary().pk, model=Customer),
    "decoy_key_mint": lambda s: do(decoy_key_mint, a(s), name="Left behind"),
    "decoy_key_delete": lambda s: do(decoy_key_delete, a(s), decoy_key_mint(s.actor, name="Left behind")[0].pk),
    # e-mail
    "mail_template_update": lambda s: do(mail_templates.mail_template_update, a(s), "welcome", subject="Hello"),
    "mail_template_reset": lambda s: do(mail_templates.mail_template_reset, a(s), s.mail_template().name),
    "mail_template_test": lambda s: do(mail_templates.mail_template_test, a(s), "welcome", to="me@acme.example"),
    "delivery_retry": lambda s: do(mail_queue.delivery_retry, a(s), s.mail(state="failed").pk),
    "delivery_cancel": lambda s: do(mail_queue.delivery_cancel, a(s), s.mail().pk),
    "queue_pause": lambda s: do(mail_queue.queue_pause, a(s), reason="maintenance"),
    "queue_resume": lambda s: s.resuming(),
    "deliveries_clean_up": lambda s: do(mail_queue.deliveries_clean_up, a(s)),
    "mail_send": lambda s: do(mail_queue.mail_send, a(s), to="x@acme.example", subject="News", text="Hello"),
    "suppression_add": lambda s: do(suppressions.suppression_add, a(s), address="x@acme.example"),
    "suppression_remove": lambda s: do(suppressions.suppression_remove, a(s), s.suppression().pk),
    "backup_request": lambda s: do(backup_request, a(s)),
    "backup_verify_request": lambda s: do(backup_verify_request, a(s), s.pk("backup")),
    "job_update": lambda s: do(job_update, a(s), s.job().pk, is_enabled=False),
    "job_run_now": lambda s: do(job_run_now, a(s), s.job().pk),
    # imports
    "import_create": lambda s: s.run,
    "import_map": lambda s: do(imports.import_map, a(s), s.run().pk, mapping=["last_name", ""]),
    "import_start": lambda s: do(imports.import_start, a(s), s.mapped_run().pk),
    "import_step": lambda s: do(import_step, a(s), s.running()),
    "import_cancel": lambda s: do(imports.import_cancel, a(s), s.running().pk),
    "import_resume": lambda s: do(imports.import_resume, a(s), s.stopped().pk),
    "import_undo": lambda s: do(imports.import_undo, a(s), s.imported().pk),
    "undo_step": lambda s: do(undo_step, a(s), imports.import_undo(a(s), s.imported().pk)),
    "conflict_take_back": lambda s: do(conflict_take_back, a(s), s.left_alone().pk),
    "import_delete": lambda s: do(imports.import_delete, a(s), s.run().pk),
    # exports
    "export_create": lambda s: s.export,
    "export_download": lambda s: do(exports.export_download, a(s), s.export().pk),
    "export_delete": lambda s: do(exports.export_delete, a(s), s.export().pk),
    "exports_withdraw": lambda s: do(exports_withdraw, a(s), [s.export()]),
    "export_template_create": lambda s: s.export_template,
    "export_template_update": lambda s: do(templates.export_template_update, a(s), s.export_template().pk, name="New"),
    "export_template_delete": lambda s: do(templates.export_template_delete, a(s), s.export_template().pk),
    "export_schedule_create": lambda s: s.export_schedule,
    "export_schedule_update": lambda s: do(schedules.export_schedule_update, a(s), s.export_schedule().pk, hour=9),
    "export_schedule_pause": lambda s: do(schedules.export_schedule_pause, a(s), s.export_schedule().pk),
    "export_schedule_resume": lambda s: do(schedules.export_schedule_resume, a(s), s.paused_schedule().pk),
    "export_schedule_run_now": lambda s: do(schedules.export_schedule_run_now, a(s), s.export_schedule().pk),
    "export_schedule_delete": lambda s: do(schedules.export_schedule_delete, a(s), s.export_schedule().pk),
    "schedule_stop": lambda s: do(schedule_stop, a(s), s.export_schedule(), "asked"),
    "template_gone": lambda s: do(template_gone, a(s), s.export_schedule().template),
    "schedules_run": lambda s: do(schedules_run, a(s), s.due_schedule()),
    "exports_pick_up": lambda s: do(exports_pick_up, a(s), (s.queued_export(), timezone.now() + timedelta(days=1))[1]),
    # what comes in by mail
    "mailbox_create": lambda s: s.mailbox,
    "mailbox_update": lambda s: do(mailboxes.mailbox_update, a(s), s.mailbox().pk, folder="Bounces"),
    "mailbox_probe": lambda s: do(mailboxes.mailbox_probe, a(s), s.mailbox().pk),
    "mailbox_delete": lambda s: do(mailboxes.mailbox_delete, a(s), s.mailbox().pk),
    "letter_file": lambda s: do(letters.letter_file, a(s), s.letter().pk, contact=s.records["contact"]),
    "letter_dismiss": lambda s: do(letters.letter_dismiss, a(s), s.letter().pk),
    "letter_share": lambda s: do(letters.letter_share, a(s), s.filed_letter().pk),
    "letter_delete": lambda s: do(letters.letter_delete, a(s), s.letter().pk),
    "copy_address_renew": lambda s: do(letters.copy_address_renew, a(s)),
    # webhooks
    "webhook_create": lambda s: s.webhook,
    "webhook_update": lambda s: do(webhooks.webhook_update, a(s), s.webhook().pk, name="New"),
    "webhook_rotate": lambda s: do(webhooks.webhook_rotate, a(s), s.webhook().pk),
    "webhook_test": lambda s: do(webhooks.webhook_test, a(s), s.webhook().pk),
    "webhook_replay": lambda s: do(webhook_replay, a(s), s.webhook().pk, since=timezone.now()),
    "webhook_stop": lambda s: do(webhook_stop, a(s), s.webhook(), "asked"),
    "webhook_delete": lambda s: do(webhooks.webhook_delete, a(s), s.webhook().pk),
    # lead capture
    "lead_source_create": lambda s: s.lead_source,
    "lead_source_update": lambda s: do(capture.lead_source_update, a(s), s.lead_source().pk, name="New"),
    "lead_source_rotate": lambda s: do(capture.lead_source_rotate, a(s), s.lead_source("webhook").pk),
    "lead_source_delete": lambda s: do(capture.lead_source_delete, a(s), s.lead_source().pk),
    "submission_receive": lambda s: do(submission_receive, a(s), s.lead_source(), s.entry()),
    "submission_accept": lambda s: do(submission_accept, a(s), s.pk("submission"), email="x@acme.example"),
    "submission_dismiss": lambda s: do(submission_dismiss, a(s), s.pk("submission")),
    # acts on many records
    "bulk_order": lambda s: s.bulk_run,
    "bulk_step": lambda s: do(bulk_step, a(s), s.bulk_running()),
    "bulk_cancel": lambda s: do(acts.bulk_cancel, a(s), s.bulk_running().pk),
    "bulk_take_back": lambda s: do(acts.bulk_take_back, a(s), s.bulk_run().pk),
    # customers
    "customer_label": lambda s: do(customers.customer_label, a(s), s.plain_customer().pk, s.records["label"]),
    "customer_unlabel": lambda s: do(customers.customer_unlabel, a(s), s.pk("customer"), s.records["label"]),
    "records_assign": lambda s: do(customers.records_assign, a(s), Customer, [s.pk("customer")], s.heir),
    "records_archive": lambda s: s.bulk,
    "bulk_undo": lambda s: do(customers.bulk_undo, a(s), s.bulk()),
    "customers_label": lambda s: do(
        customers.customers_label, a(s), [customers.customer_create(a(s), name="Plain", **s.in_team()).pk],
        s.records["label"],
    ),
    "customers_unlabel": lambda s: do(customers.customers_unlabel, a(s), [s.pk("customer")], s.records["label"]),
    "label_customer": lambda s: do(customers.customer_update, a(s), s.pk("customer"), labels=[]),
    "customer_create": lambda s: do(customers.customer_create, a(s), name="New", **s.in_team()),
    "customer_update": lambda s: do(customers.customer_update, a(s), s.pk("customer"), name="Renamed"),
    "contact_create": lambda s: do(customers.contact_create, a(s), last_name="New", **s.in_team()),
    "contact_update": lambda s: do(customers.contact_update, a(s), s.pk("contact"), last_name="Renamed"),
    "consent_record": lambda s: do(
        customers.consent_record, a(s), contact=s.records["contact"], channel="email", status="withdrawn"
    ),
    "lead_create": lambda s: s.convertible_lead,
    "lead_update": lambda s: do(customers.lead_update, a(s), s.pk("lead"), last_name="Renamed"),
    "lead_archive": lambda s: do(customers.lead_archive, a(s), s.pk("lead")),
    "lead_restore": lambda s: do(customers.lead_restore, a(s), s.archived("lead", customers.lead_archive)),
    "lead_delete": lambda s: do(customers.lead_delete, a(s), s.pk("lead")),
    "note_create": lambda s: do(customers.note_create, a(s), body="New", customer=s.records["customer"]),
    "note_update": lambda s: do(customers.note_update, a(s), s.pk("note"), body="Changed"),
    "document_upload": lambda s: s.document,
    "document_update": lambda s: do(customers.document_update, a(s), s.document().pk, title="Renamed"),
    "document_add_version": lambda s: do(
        customers.document_add_version, a(s), s.document().pk, file=upload(name="second.pdf")
    ),
    "document_restore_version": lambda s: do(customers.document_restore_version, a(s), s.document().pk, 1),
    "document_verify": lambda s: do(customers.document_verify, a(s), s.document().pk, status="verified"),
    "document_archive": lambda s: do(customers.document_archive, a(s), s.document().pk),
    "document_restore": lambda s: do(
        customers.document_restore, a(s), customers.document_archive(a(s), s.document().pk).pk
    ),
    "document_delete": lambda s: do(customers.document_delete, a(s), s.document().pk),
    "documents_expire": lambda s: do(customers.documents_expire, a(s), s.expired()),
    "documents_clean_up": lambda s: do(customers.documents_clean_up, a(s), s.long_deleted()),
    "billing_profile_create": lambda s: do(customers.billing_profile_create, a(s), customer=s.plain_customer()),
    "billing_profile_update": lambda s: do(customers.billing_profile_update, a(s), s.pk("billing"), payment_days=14),
    "billing_profile_archive": lambda s: do(customers.billing_profile_archive, a(s), s.pk("billing")),
    "billing_profile_restore": lambda s: do(
        customers.billing_profile_restore, a(s), customers.billing_profile_archive(a(s), s.pk("billing")).pk
    ),
    "billing_profile_delete": lambda s: do(customers.billing_profile_delete, a(s), s.pk("billing")),
    "label_create": lambda s: do(customers.label_create, a(s), name="New", team=s.team),
    "label_update": lambda s: do(customers.label_update, a(s), s.pk("label"), name="Renamed"),
    "custom_field_create": lambda s: s.field,
    "lifecycle_update": lambda s: do(
        customers.lifecycle_update, a(s), s.lifecycle().pk, allowed={"new": ["junk"]}
    ),
    "custom_field_update": lambda s: do(customers.custom_field_update, a(s), s.field().pk, label="Renamed"),
    "custom_field_archive": lambda s: do(customers.custom_field_archive, a(s), s.field().pk),
    "custom_field_restore": lambda s: do(
        customers.custom_field_restore, a(s), customers.custom_field_archive(s.actor, s.field().pk).pk
    ),
    "custom_field_delete": lambda s: do(customers.custom_field_delete, a(s), s.field().pk),
    "custom_fields_reorder": lambda s: do(
        customers.custom_fields_reorder, a(s), "lead", [s.field("Size").pk, s.field().pk][::-1]
    ),
    "customer_merge": lambda s: do(customers.customer_merge, a(s), s.pk("customer"), s.twin("customer").pk),
    "contact_make_primary": lambda s: do(customers.contact_make_primary, a(s), s.with_second_email(), "email", 0),
    "contact_merge": lambda s: do(customers.contact_merge, a(s), s.pk("contact"), s.twin("contact").pk),
    "lead_merge": lambda s: do(customers.lead_merge, a(s), s.pk("lead"), s.twin("lead").pk),
    "duplicate_dismiss": lambda s: do(customers.duplicate_dismiss, a(s), s.pair().pk),
    "duplicate_reopen": lambda s: do(
        customers.duplicate_reopen, a(s), customers.duplicate_dismiss(a(s), s.pair().pk).pk
    ),
    "merge_undo": lambda s: do(customers.merge_undo, a(s), s.merged().pk),
    # deals
    "deal_create": lambda s: do(deals.deal_create, a(s), name="New", customer=s.records["customer"], **s.in_team()),
    "deal_update": lambda s: do(deals.deal_update, a(s), s.pk("deal"), name="Renamed"),
    "deal_move": lambda s: do(deals.deal_move, a(s), s.pk("deal"), s.second_stage()),
    "deals_move": lambda s: do(deals.deals_move, a(s), [s.pk("deal")], s.second_stage()),
    "deals_move_undo": lambda s: do(
        customers.bulk_undo, a(s), deals.deals_move(a(s), [s.pk("deal")], s.second_stage()).pk
    ),
    "deal_contacts_set": lambda s: do(deals.deal_contacts_set, a(s), s.pk("deal"), {}),
    "deal_contact_put": lambda s: do(
        deals.deal_contact_put, a(s), s.pk("deal"), Contact.objects.create(last_name="More", **s.in_team())
    ),
    "deal_contact_remove": lambda s: do(deals.deal_contact_remove, a(s), s.pk("deal"), s.pk("contact")),
    "lead_convert": lambda s: do(deals.lead_convert, a(s), s.convertible_lead().pk),
    "activity_create": lambda s: do(
        deals.activity_create, a(s), type="task", subject="New", customer=s.records["customer"], **s.in_team()
    ),
    "activity_update": lambda s: do(deals.activity_update, a(s), s.pk("activity"), subject="Changed"),
    "activity_complete": lambda s: do(deals.activity_complete, a(s), s.pk("activity")),
    "activity_reopen": lambda s: do(deals.activity_reopen, a(s), s.archived("activity", deals.activity_complete)),
    "pipeline_create": lambda s: s.pipeline,
    "pipeline_update": lambda s: do(deals.pipeline_update, a(s), s.pipeline().pk, name="Renamed"),
    "pipeline_delete": lambda s: do(deals.pipeline_delete, a(s), s.pipeline().pk),
    "pipelines_reorder": lambda s: do(deals.pipelines_reorder, a(s), [s.pipeline().pk, s.pk("pipeline")]),
    "stage_create": lambda s: s.empty_stage,
    "stage_update": lambda s: do(deals.stage_update, a(s), s.pk("stage"), name="Renamed"),
    "stage_delete": lambda s: do(deals.stage_delete, a(s), s.empty_stage().pk),
    "stages_reorder": lambda s: do(
        deals.stages_reorder, a(s), s.pk("pipeline"),
        [stage.pk for stage in s.records["pipeline"].stages.order_by("-position")],
    ),
}  # fmt: skip

ARCHIVED = {
    "customer": customers, "contact": customers, "note": customers, "label": customers,
    "deal": deals, "activity": deals,
}  # fmt: skip
for _word, _module in ARCHIVED.items():
    _archive, _restore, _delete = (getattr(_module, f"{_word}_{verb}") for verb in ("archive", "restore", "delete"))
    CALLS[f"{_word}_archive"] = lambda s, word=_word, act=_archive: do(act, a(s), s.pk(word))
    CALLS[f"{_word}_restore"] = lambda s, word=_word, act=_restore, first=_archive: do(
        act, a(s), s.archived(word, first)
    )
    if _word not in ("customer", "contact"):
        CALLS[f"{_word}_delete"] = lambda s, word=_word, act=_delete: do(act, a(s), s.pk(word))
CALLS["customer_delete"] = lambda s: do(
    customers.customer_delete, a(s), customers.customer_create(a(s), name="Gone", **s.in_team()).pk
)

CALLS["contact_delete"] = lambda s: do(
    customers.contact_delete, a(s), customers.contact_create(a(s), last_name="Gone", **s.in_team()).pk
)


def asked(s: Scene, kind: str = "access") -> Any:
    """A request about the contact of the scene."""
    contact = ["contact", str(s.pk("contact"))]
    return privacy.request_open(s.actor, kind=kind, person="Zoe", team=s.team, subjects=[contact])


def policy(s: Scene) -> Any:
    """Notes go after a month."""
    month = {"kind": "note", "action": "delete", "keep_days": 30, "basis": "tidiness", "is_enabled": True}
    return retention_policy_create(s.actor, **month)


def erased_and_back(s: Scene) -> set[str]:
    """The tombstones of a contact that a restored copy brought back."""
    subject_erase(s.actor, asked(s, "erasure").pk)
    Contact.objects.filter(pk=s.pk("contact")).update(last_name="Zoe", email="zoe@acme.example", erased_at=None)
    return known_hashes()


def exported(s: Scene) -> Any:
    """A request whose archive waits to be downloaded."""
    request = asked(s)
    work_start(s.actor, request.pk, WorkKind.EXPORT)
    work_on_personal_data(Actor.system(JOB), timezone.now())
    return request


CALLS |= {
    "notice_preferences_update": lambda s: do(notice_preferences_update, a(s), kinds={"mention": {"mail": "digest"}}),
    "request_open": lambda s: do(asked, s),
    "request_choose": lambda s: do(privacy.request_choose, a(s), asked(s).pk, subjects=[]),
    "request_refuse": lambda s: do(privacy.request_refuse, a(s), asked(s).pk, reason="no proof"),
    "request_complete": lambda s: do(privacy.request_complete, a(s), asked(s).pk),
    "subject_export": lambda s: do(subject_export, a(s), asked(s).pk),
    "subject_erase": lambda s: do(subject_erase, a(s), asked(s, "erasure").pk),
    "work_start": lambda s: do(work_start, a(s), asked(s, "erasure").pk, WorkKind.SEARCH),
    "archive_take": lambda s: do(archive_take, a(s), exported(s).pk),
    "retention_policy_create": lambda s: do(policy, s),
    "retention_policy_update": lambda s: do(retention_policy_update, a(s), policy(s).pk, keep_days=99),
    "policy_apply": lambda s: do(policy_apply, a(s), policy(s), timezone.now() + timedelta(days=99)),
    "apply_retention": lambda s: do(apply_retention, a(s), (policy(s), timezone.now() + timedelta(days=99))[1]),
    "erasures_reapply": lambda s: do(erasures_reapply, a(s), erased_and_back(s)),
}

# Functions that take an actor and are no service of their own.
READING = "answers a question and changes nothing"
CHECKING = "refuses or lets pass"
PART = "a part of services above, which leave the events"
TELLING = "the event itself"
REASONS: dict[str, str] = {
    **dict.fromkeys(
        ("backup_run", "base_run", "make_and_keep", "keep", "tidy_up", "backup_verify", "restore", "backups_expire"),
        "needs what is committed, which a test in a transaction has not; see crm/ops/tests/test_backup.py",
    ),
    **dict.fromkeys(
        ("backup_by_the_clock", "verify_by_the_clock", "base_by_the_clock", "wal_by_the_clock"), "as those"
    ),
    "erase_again": "calls erasures_reapply",
    "mailboxes_pull": "what it finds leaves its own event: a bounce, a letter",
    "scope_of": "names whose entries of the cache somebody sees",
    "probes_send": "mails that prove the way, and change no record",
    **dict.fromkeys(("matches", "in_thread", "letters_of", "entry_of"), READING),
    **dict.fromkeys(("custom_fact", "custom_facts", "give_cells", "names_of", "names_in"), READING),
    **dict.fromkeys(("history_of", "history_url", "fields_of"), READING),
    **dict.fromkeys(("fill_custom_fields", "change_custom_fields"), PART),
    **dict.fromkeys(("acts_on", "may_change", "open_count", "by_severity", "events_by_day"), READING),
    **dict.fromkeys(("latest_alerts", "latest_events"), READING),
    **dict.fromkeys(("offered", "never_readable", "views_of", "params_of_view", "manages", "filterables"), READING),
    **dict.fromkeys(("readable_for", "gone_for", "tries_of"), READING),
    **dict.fromkeys(("ensure_sound", "checked_events"), CHECKING),
    **dict.fromkeys(("rows_read", "rows_shown"), "counts what somebody is shown"),
    "scan_anomalies": "raises alerts, each of which leaves its own",
    **dict.fromkeys(("people_for", "events", "rows", "totals", "table_of"), READING),
    **dict.fromkeys(("ensure_reviewer", "locked_review"), CHECKING),
    **dict.fromkeys(("record_named", "is_within", "grantable_scopes", "holdings_of", "may_place", "narrowed"), READING),
    **dict.fromkeys(("granted_by", "grouped", "fetch_session", "person_managed", "analytics", "events_of"), READING),
    **dict.fromkeys(("importable", "my_open_activities", "new_customers", "next_tasks", "open_pipeline"), READING),
    **dict.fromkeys(("overdue_count", "won_by_month", "latest_entries", "first_steps", "possible_duplicates"), READING),
    **dict.fromkeys(("moved_to", "undo_of", "group_of", "sums_of", "open_deals_of"), READING),
    **dict.fromkeys(("find_duplicates", "scan"), "finds pairs, changes no record"),
    **dict.fromkeys(("seen_by", "veiled", "state_of", "unread_count"), READING),
    "notice_give": "a notice of what left an event, in its transaction",
    **dict.fromkeys(
        ("notice_read", "notice_unread", "notice_snooze", "notices_read_all"),
        "what somebody has read of what they were told is nobody else's affair",
    ),
    **dict.fromkeys(("notices_mail", "reminders_make"), "a job that tells of what is there; it changes no record"),
    "pairs_follow": "a part of a merge or of its undo",
    "decided": "works out what a merge writes, which leaves the event",
    **dict.fromkeys(
        ("move_links", "move_references", "move_back", "repoint", "part", "consents_keep_stricter"),
        "a part of a merge or of its undo",
    ),
    **dict.fromkeys(("notes_of", "label_choices", "owner_choices", "columns_of", "more_cards"), READING),
    **dict.fromkeys(("shown_on_cards", "matching_customers", "activities_of", "next_activity_of"), READING),
    **dict.fromkeys(
        ("stage_changes_of", "timeline_of", "masked", "hidden_fields", "locked_fields", "unreadable"), READING
    ),
    **dict.fromkeys(("unwritable", "search", "timeline_context", "timeline_page", "next_step_of"), READING),
    **dict.fromkeys(("rows_of", "within_reach", "matches", "chosen", "sections"), READING),
    **dict.fromkeys(("ensure_may_grant", "ensure_grantable", "ensure_within", "ensure_may_hold_secrets"), CHECKING),
    **dict.fromkeys(
        ("ensure_within_own_grants", "ensure_may_end", "ensure_importable", "ensure_may", "ensure_may_assign"), CHECKING
    ),
    **dict.fromkeys(("ensure_may_write_fields", "rehearse", "import_rehearse"), "tries and keeps nothing of it"),
    **dict.fromkeys(("end_keys", "keys_of_person_end", "account_set", "account_retire", "update", "create"), PART),
    **dict.fromkeys(
        ("is_reached", "standings", "standing_of", "statistics", "glance", "rights_of", "undoer_of"), READING
    ),
    **dict.fromkeys(("ensure_may_edit",), CHECKING),
    **dict.fromkeys(("is_reached", "never_readable", "rights_of", "chosen_rows", "column_choices"), READING),
    **dict.fromkeys(("external_ids_of", "labels_of", "kinds_for", "kinds_named", "readable"), READING),
    **dict.fromkeys(("readers_of", "mentions_in", "subject_of", "subject_for", "field_of", "in_words"), READING),
    "tell_mentioned": "a part of writing a note",
    **dict.fromkeys(("exporter_for", "checked_columns", "ensure_may_act", "closed_to"), CHECKING),
    **dict.fromkeys(("chosen_ids", "matching", "thawed", "work_of", "fields_to_choose", "filters_of_view"), READING),
    **dict.fromkeys(("ensure_writable", "identifiers_once"), CHECKING),
    **dict.fromkeys(("identifiers_of", "order_of", "remaining_order", "what_is_gone", "export_linked"), READING),
    "csv_answer": "that the file was taken is an event: test_bulk_jobs.py",
    **dict.fromkeys(("credit_of", "duplicates_of", "documents_of", "versions_about"), READING),
    **dict.fromkeys(("scan_pending", "content_scan"), "a finding leaves one: test_document_scanning.py"),
    **dict.fromkeys(("ensure_may_place", "ensure_places"), CHECKING),
    **dict.fromkeys(
        (
            *("seal_audit", "check_audit", "publish_seals", "purge_audit", "purge_expired"),
            *("drive", "check_reviews", "work_on_personal_data"),
        ),
        "a job that runs services above",
    ),
    **dict.fromkeys(("check_keys", "clean_deliveries", "clean_job_runs"), "a job; it forgets its own notes"),
    **dict.fromkeys(("email_changed", "record_consent"), PART),
    **dict.fromkeys(("network_ban", "consents_carry_over", "follow_marks"), PART),
    **dict.fromkeys(("request_close", "erase_subjects", "erase_trail"), PART),
    **dict.fromkeys(("apply", "ensure_accounts", "ensure_teams", "event"), PART),
    **dict.fromkeys(
        (
            "record",
            "record_many",
            "build_events",
            "build_event",
            "sensitive_read",
            "announce",
            "note_reading",
            "signed_in",
            "signed_out",
            "door_unlocked",
        ),
        TELLING,
    ),
    **dict.fromkeys(("factor_added", "factor_failed", "factor_removed", "factors_reset", "notify"), TELLING),
    **dict.fromkeys(("recovery_code_used", "sensitive_read", "note_reading"), TELLING),
}
