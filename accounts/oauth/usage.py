"""How much a client is used: what lives, by whom, when last, and tokens issued a day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import Application, RefreshToken, TokenFamily

DAYS = 30


@dataclass(frozen=True, slots=True)
class Use:
    """`issued` holds (day, tokens) for the last 30 days, today last."""

    live_grants: int
    people: int
    last_used_at: datetime | None
    issued: list[tuple[date, int]]


def use_of(client: Application, at: datetime | None = None) -> Use:
    now = at or timezone.now()
    figures = client.token_families.live(now).aggregate(
        grants=Count("pk"), people=Count("user", distinct=True, filter=Q(user__is_service=False))
    )
    last = client.token_families.aggregate(last=Max("last_used_at"))["last"]
    return Use(figures["grants"], figures["people"], last, _issued(client, now))


def _issued(client: Application, now: datetime) -> list[tuple[date, int]]:
    """Each refresh token stands for a pair that was issued; what acts by itself has a family for each token."""
    today = timezone.localdate(now)
    since = now - timedelta(days=DAYS)
    pairs = RefreshToken.objects.filter(application=client, created__gt=since)
    alone = TokenFamily.objects.filter(application=client, started_at__gt=since, refresh_tokens__isnull=True)
    counted = Counter(_per_day(pairs, "created")) + Counter(_per_day(alone, "started_at"))
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    return [(day, counted[day]) for day in days]


def _per_day(rows: QuerySet[Any], moment: str) -> dict[date, int]:
    return dict(rows.annotate(day=TruncDate(moment)).values("day").annotate(n=Count("pk")).values_list("day", "n"))


def with_use(clients: QuerySet[Any]) -> QuerySet[Any]:
    """Annotates `live_grants` and `last_used_at`, for a list."""
    own = TokenFamily.objects.filter(application=OuterRef("pk")).order_by().values("application")
    live = TokenFamily.objects.live().filter(application=OuterRef("pk")).order_by().values("application")
    return clients.annotate(
        live_grants=Subquery(live.annotate(n=Count("pk")).values("n")),
        last_used_at=Subquery(own.annotate(last=Max("last_used_at")).values("last")),
    )
