"""Importer of deals: stages by name, people and customer linked, history begun."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone

from crm.transfer.columns import OWNER, Column, Context, columns_of, moment, reference
from crm.transfer.drafts import Draft
from crm.transfer.importers import Importer, Part
from crm.transfer.reading_values import choice_key
from customers.models import Contact
from customers.transfer import COMPANY, CREATED, link_customers
from deals import services
from deals.models import Deal, DealContact, Pipeline, Stage, StageChange
from deals.models.choices import DealStatus
from deals.stages import entering

WON_WORDS = {"won", "closed_won", "gewonnen"}
LOST_WORDS = {"lost", "closed_lost", "verloren"}


def _read_currency(text: str, context: Context) -> Any:
    return Deal._meta.get_field("currency").clean(text.strip().upper(), None)


class DealImporter(Importer):
    resource, model, title, list_url = "deals", Deal, "Deals", "deals:list"
    update_service = services.deal_update
    parts = (Part(StageChange, "deal", "at"), Part(DealContact, "deal"))
    columns = {
        **columns_of(
            Deal,
            (
                *("name", "amount", "probability", "expected_close_date", "deal_type", "source", "next_step"),
                *("forecast_category", "lost_reason", "description", "external_id"),
            ),
            name=("deal name", "opportunity name", "title", "opportunity", "deal"),
            amount=("value", "deal value"),
            expected_close_date=("close date", "expected close"),
            deal_type=("type",),
            external_id=("id", "record id"),
        ),
        "currency": Column("currency", "Currency", _read_currency),
        **OWNER,
        **CREATED,
        **moment("closed_at", "Closed at", ("won time", "lost time")),
        **reference("pipeline", "Pipeline", offers=lambda context: _pipelines_of(context)),
        **reference("stage", "Stage", ("deal stage",), offers=lambda context: _stages_of(context)),
        **reference("status", "Status (open, won, lost)", offers=lambda _context: DealStatus.choices),
        **reference("customer", "Customer, by name", COMPANY),
        **reference("customer_external_id", "Customer, by its id", ("customer id", "account id")),
        **reference("contacts", "Contacts, by name or e-mail", ("contact", "contact person")),
        **reference("contact_external_ids", "Contacts, by their ids", ("contact id",)),
    }

    def prepare(self, drafts: Sequence[Draft], context: Context) -> None:
        _load_pipelines(context)
        for draft in drafts:
            if draft.is_open:
                _place(draft, context)

    def build(self, draft: Draft, context: Context) -> None:
        closed_at = draft.values.pop("closed_at", None)
        stage = draft.values.get("stage") or _default_stage(context)
        draft.values |= {"stage": stage, "pipeline": stage.pipeline}
        super().build(draft, context)
        if draft.record is None:
            return
        at = closed_at or _day_closed(draft, stage, context) or context.now
        for name, value in entering(draft.record, stage, at, draft.values.get("lost_reason", "")).items():
            if name != "forecast_category" or name not in draft.values:
                setattr(draft.record, name, value)

    def link(self, drafts: Sequence[Draft], context: Context) -> None:
        link_customers(drafts, context)

    def after_create(self, drafts: Sequence[Draft], context: Context) -> None:
        actor = context.actor
        StageChange.objects.bulk_create(
            StageChange(
                deal=deal,
                to_stage_id=deal.stage_id,
                at=deal.stage_changed_at,
                actor_id=actor.id,
                actor_label=actor.label[:255],
                amount=deal.amount,
            )
            for deal in (draft.record for draft in drafts)
        )
        _link_contacts(drafts, context)

    def save(self, draft: Draft, values: dict[str, Any], context: Context) -> bool:
        values.pop("closed_at", None)
        return super().save(draft, values, context)


def _load_pipelines(context: Context) -> dict[str, tuple[Pipeline, list[Stage]]]:
    if "pipelines" not in context.cache:
        rows = Pipeline.objects.for_actor(context.actor).prefetch_related("stages")
        context.cache["pipelines"] = {choice_key(one.name): (one, list(one.stages.all())) for one in rows}
    found: dict[str, tuple[Pipeline, list[Stage]]] = context.cache["pipelines"]
    return found


def _pipelines_of(context: Context) -> list[tuple[str, str]]:
    return [(pipeline.name, pipeline.name) for pipeline, _stages in _load_pipelines(context).values()]


def _stages_of(context: Context) -> list[tuple[str, str]]:
    """A stage is chosen by its name, in whichever pipeline the row goes to."""
    stages = (stage for _pipeline, stages in _load_pipelines(context).values() for stage in stages)
    return list({choice_key(stage.name): (stage.name, stage.name) for stage in stages}.values())


def _place(draft: Draft, context: Context) -> None:
    """Turns the texts of pipeline, stage and status into a stage; an unknown stage fails with the known ones named."""
    pipeline, stages = _pipeline(draft, context)
    if not draft.is_open:
        return None
    text, status = draft.references.get("stage", ""), choice_key(draft.references.get("status", ""))
    if status == "deleted":
        return draft.skip("It was deleted where it comes from.", "deleted_in_source")
    if "status" in context.words and status and status not in {*DealStatus.values, *WON_WORDS, *LOST_WORDS}:
        given = draft.references["status"]
        return draft.fail(f"“{given[:60]}” is no status of a deal.", "unknown_value", "status")
    wanted = status if status in WON_WORDS | LOST_WORDS else choice_key(text)
    if not wanted:
        return None
    stage = _stage_called(wanted, stages)
    if stage is None:
        known = ", ".join(one.name for one in stages)
        message = f"There is no stage “{text[:60]}” in {pipeline}. The stages are: {known}."
        return draft.fail(message, "unknown_stage", "stage")
    draft.values |= {"stage": stage, "pipeline": pipeline}
    return None


def _stage_called(wanted: str, stages: Sequence[Stage]) -> Stage | None:
    named = next((one for one in stages if choice_key(one.name) == wanted), None)
    closed = DealStatus.WON if wanted in WON_WORDS else DealStatus.LOST if wanted in LOST_WORDS else None
    return named or next((one for one in stages if one.status == closed), None)


def _pipeline(draft: Draft, context: Context) -> tuple[Pipeline, list[Stage]]:
    known = context.cache["pipelines"]
    text = draft.references.get("pipeline", "")
    if choice_key(text) in known:
        return known[choice_key(text)]
    default = next((pair for pair in known.values() if pair[0].is_default), None) or next(iter(known.values()))
    if text and "pipeline" in context.words:
        draft.fail(f"There is no pipeline “{text[:60]}”.", "unknown_value", "pipeline")
    elif text:
        draft.note(f"There is no pipeline “{text[:60]}”; it goes to {default[0]}.", "unknown_pipeline", "pipeline")
    return default


def _default_stage(context: Context) -> Stage:
    pipelines = context.cache["pipelines"].values()
    _pipeline, stages = next((pair for pair in pipelines if pair[0].is_default), next(iter(pipelines)))
    return stages[0]


def _day_closed(draft: Draft, stage: Stage, context: Context) -> datetime | None:
    """A closed deal whose moment is not given closed on its close date, unless that is still to come."""
    day = draft.values.get("expected_close_date")
    if day is None or stage.status == DealStatus.OPEN:
        return None
    return min(timezone.make_aware(datetime.combine(day, time(12))), context.now)


def _link_contacts(drafts: Sequence[Draft], context: Context) -> None:
    wanted = {id(draft): _named_contacts(draft) for draft in drafts}
    texts = {text for ids, names in wanted.values() for text in (*ids, *names)}
    if not texts:
        return
    found = _contacts_by_text(texts, context)
    links = {}
    for draft in drafts:
        for text in (text for each in wanted[id(draft)] for text in each):
            contact = _only(draft, text, found.get(text.casefold(), []))
            if contact is not None:
                links[(draft.record.pk, contact.pk)] = DealContact(deal=draft.record, contact=contact)
    DealContact.objects.bulk_create(links.values())


def _named_contacts(draft: Draft) -> tuple[list[str], list[str]]:
    ids = draft.references.get("contact_external_ids", "").replace(",", ";")
    names = draft.references.get("contacts", "")
    return [part.strip() for part in ids.split(";") if part.strip()], [
        part.strip() for part in names.split(";") if part.strip()
    ]


def _contacts_by_text(texts: set[str], context: Context) -> dict[str, list[Contact]]:
    """Contacts of the team by id in their source, e-mail address or full name, folded."""
    rows = Contact.objects.for_actor(context.actor).active().filter(team=context.team)
    last_words = {text.rpartition(" ")[2] for text in texts}
    lowered = {text.lower() for text in texts}
    found: dict[str, list[Contact]] = {}
    for contact in rows.filter(
        Q(external_id__in=texts) | Q(email__in=texts | lowered) | Q(last_name__in=last_words) | Q(last_name__in=texts)
    ):
        full_name = f"{contact.first_name} {contact.last_name}".strip()
        for key in {contact.external_id, contact.email.casefold(), full_name.casefold()} - {""}:
            found.setdefault(key.casefold(), []).append(contact)
    return found


def _only(draft: Draft, text: str, contacts: list[Contact]) -> Contact | None:
    if len(contacts) == 1:
        return contacts[0]
    if contacts:
        draft.note(f"Several contacts are called “{text[:80]}”; not linked.", "ambiguous_link", "contacts")
    else:
        draft.note(f"There is no contact “{text[:80]}” yet; not linked.", "unknown_link", "contacts")
    return None


IMPORTERS = (DealImporter(),)
