"""What the board shows: per stage the count, the sums and the newest deals, in two queries for any number of deals."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, OuterRef, Subquery, Sum, TextField, Value, Window
from django.db.models.functions import Concat, RowNumber, Trim
from django.utils import timezone

from crm.core.actor import Actor
from crm.core.formats import compact_money, money
from crm.core.paging import Page, cursor_after, paginate
from deals.models import Activity, Deal, DealContact, Stage
from deals.models.activity import OPEN
from deals.models.choices import DealStatus

CARDS_SHOWN = 20
NEWEST_FIRST = "-stage_changed_at"
CARD_FIELDS = (
    *("name", "amount", "currency", "status", "stage_id", "expected_close_date", "stage_changed_at", "closed_at"),
    *("version", "last_activity_at", "customer__name", "owner__full_name", "owner__email"),
)


@dataclass
class Column:
    """`sums` are (currency, amount), the largest first."""

    stage: Stage
    count: int = 0
    sums: list[tuple[str, Decimal]] = field(default_factory=list)
    cards: list["Card"] = field(default_factory=list)
    next_cursor: str | None = None

    @property
    def sum_label(self) -> str:
        if len(self.sums) > 1:
            return " · ".join(compact_money(amount, currency) for currency, amount in self.sums)
        currency, amount = self.sums[0] if self.sums else (settings.DEFAULT_CURRENCY, Decimal(0))
        return money(amount, currency)


@dataclass(frozen=True)
class Card:
    """`due` is the next activity's moment, else the day the deal should close."""

    deal: Any
    is_stale: bool
    is_overdue: bool
    due: datetime | date | None
    due_subject: str

    @property
    def who(self) -> str:
        return str(self.deal.customer or self.deal.contact_name or "")


def columns_of(actor: Actor, rows: Any, stages: list[Stage]) -> list[Column]:
    """`rows` are the deals the filters leave; `stages` those of one pipeline."""
    columns = {stage.pk: Column(stage) for stage in stages}
    fill_totals(rows, columns.values())
    newest = Deal.objects.filter(pk__in=_newest(rows, stages))
    for deal in shown_on_cards(actor, newest).order_by(NEWEST_FIRST, "-pk"):
        columns[deal.stage_id].cards.append(card_of(deal))
    for column in columns.values():
        if column.count > len(column.cards) > 0:
            column.next_cursor = cursor_after(column.cards[-1].deal, NEWEST_FIRST)
    return list(columns.values())


def fill_totals(rows: Any, columns: Iterable[Column]) -> None:
    """Counts and sums of these columns, in one query."""
    by_stage = {column.stage.pk: column for column in columns}
    found = rows.order_by().filter(stage__in=list(by_stage)).values("stage_id", "currency")
    for total in found.annotate(count=Count("*"), amount=Sum("amount")):
        column = by_stage[total["stage_id"]]
        column.count += total["count"]
        if total["amount"]:
            column.sums.append((total["currency"], total["amount"]))
            column.sums.sort(key=lambda pair: -pair[1])


def more_cards(actor: Actor, rows: Any, stage: Stage, cursor: str) -> Page:
    """The next cards of one column. Raises BadRequest for a cursor of another list."""
    page = paginate(shown_on_cards(actor, rows.filter(stage=stage)), NEWEST_FIRST, cursor, CARDS_SHOWN)
    return Page([card_of(deal) for deal in page.rows], page.next_cursor, page.previous_cursor)


def shown_on_cards(actor: Actor, rows: Any) -> Any:
    """With customer, owner, first contact and next activity, without a query per card."""
    people = DealContact.objects.filter(deal=OuterRef("pk")).order_by("pk")
    planned = Activity.objects.for_actor(actor).active().filter(deal=OuterRef("pk"), status__in=OPEN)
    planned = planned.filter(due_at__isnull=False).order_by("due_at", "pk")
    name = Trim(Concat("contact__first_name", Value(" "), "contact__last_name", output_field=TextField()))
    return (
        rows.select_related("customer", "owner")
        .only(*CARD_FIELDS)
        .annotate(
            contact_name=Subquery(people.values(name=name)[:1]),
            next_due=Subquery(planned.values("due_at")[:1]),
            next_subject=Subquery(planned.values("subject")[:1]),
        )
    )


def card_of(deal: Any) -> Card:
    """From a row of `shown_on_cards`."""
    is_open = deal.status == DealStatus.OPEN
    is_late = deal.next_due < timezone.now() if deal.next_due else deal.is_overdue
    return Card(
        deal=deal,
        is_stale=deal.is_stale,
        is_overdue=is_open and is_late,
        due=(deal.next_due or deal.expected_close_date) if is_open else deal.closed_at,
        due_subject=(deal.next_subject or "") if is_open else "",
    )


def _newest(rows: Any, stages: list[Stage]) -> Any:
    """Ids of the first cards of each stage: one short walk of an index per stage where the database can join such
    walks (PostgreSQL), else a row number per stage."""
    if connection.features.supports_slicing_ordering_in_compound:
        walks = [rows.filter(stage=stage).order_by(NEWEST_FIRST, "-pk").values("pk")[:CARDS_SHOWN] for stage in stages]
        return walks[0].union(*walks[1:], all=True) if walks else []
    rank = Window(RowNumber(), partition_by=F("stage"), order_by=(F("stage_changed_at").desc(), F("pk").desc()))
    ranked = rows.filter(stage__in=stages).annotate(rank=rank)
    return ranked.filter(rank__lte=CARDS_SHOWN).values("pk")
