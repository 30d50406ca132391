"""Cards of the board. A page shows 120 of them, and written as a template they were two thirds of its time."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.core.addresses import address_pattern
from crm.core.formats import money, short_day
from crm.core.templatetags.vouch import avatar, icon

register = template.Library()
NOTHING = SafeString("")


@register.simple_tag
def board_cards(cards: list[Any], filter_query: str = "") -> SafeString:
    """`<li data-card>` for each deals.board.Card; the markup is the contract of static/js/board.js."""
    move, detail = address_pattern("deals:move"), address_pattern("deals:detail")
    written = (_card(card, move(card.deal.pk) + filter_query, detail(card.deal.pk)) for card in cards)
    return SafeString("".join(written))  # nosec B703  # each is from format_html


def _card(card: Any, move_url: str, url: str) -> str:
    deal = card.deal
    return format_html(
        '<li class="board-card" tabindex="0" data-card data-move-url="{}" data-version="{}"'
        ' aria-describedby="board-help">'
        '<div class="board-card-head">'
        '<a class="board-card-title" href="{}" tabindex="-1" draggable="false">{}</a>{}</div>'
        '{}<div class="board-card-foot">{}<strong class="money">{}</strong>{}</div>{}</li>',
        move_url,
        deal.version,
        url,
        deal.name,
        format_html('<span class="board-card-who">{}</span>', card.who) if card.who else NOTHING,
        _next(card),
        _owner(deal),
        money(deal.amount, deal.currency),
        _due(card),
        _stale(card),
    )


def _next(card: Any) -> SafeString:
    if not card.due_subject:
        return NOTHING
    clock = icon("clock", css="icon-s")
    return format_html(
        '<span class="board-card-next">{}<span class="truncate">{}</span></span>', clock, card.due_subject
    )


def _owner(deal: Any) -> SafeString:
    if not deal.owner:
        return NOTHING
    return format_html(
        '<span class="board-card-owner" title="{0}">{1}<span class="visually-hidden">{0}</span></span>',
        deal.owner,
        avatar(deal.owner, size="s"),
    )


def _due(card: Any) -> SafeString:
    css = "text-danger" if card.is_overdue else "muted"
    day = short_day(card.due) if card.due else _("No date")
    words = f"{_('Overdue')} {day}" if card.is_overdue else day
    return format_html('<span class="board-card-due {}">{}</span>', css, words)


def _stale(card: Any) -> SafeString:
    if not card.is_stale:
        return NOTHING
    words = _("Stale: nothing happened for a month")
    return format_html('<span class="board-card-stale">{}{}</span>', icon("hourglass", css="icon-s"), words)
