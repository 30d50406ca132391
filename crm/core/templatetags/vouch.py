"""What templates of every app need: permissions, icons, money, times and tones."""

import zlib
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.core.formats import clock, compact_money, day, distance, moment, money, percent, phone
from crm.core.permissions import Reach

register = template.Library()
register.filter(money)
register.filter(compact_money)
register.filter(percent)
register.filter(phone)
register.filter(clock)
register.filter(day)
register.filter(moment)

TONES = 10

STATUS_TONES = {
    "success": "active qualified converted won held completed complete verified resolved succeeded finished done"
    " created granted imported restored allowed sent delivered healthy yes",
    "info": "prospect new open planned scheduled normal cold updated previewed mapped",
    "accent": "contacted in_progress assigned running merged undone",
    "warning": "nurture suspended not_held deferred high warm pending paused stale locked retrying partial withdrawn",
    "danger": "lost urgent hot rejected failed overdue deleted denied refused error blocked critical",
}
TONE_OF_STATUS = {status: tone for tone, statuses in STATUS_TONES.items() for status in statuses.split()}

ACTIVITY_ICONS = {
    "note": "note",
    "call": "phone",
    "email": "mail",
    "meeting": "calendar-event",
    "task": "checkbox",
    "stage": "layout-kanban",
    "deal": "layout-kanban",
    "created": "plus",
    "updated": "edit",
    "archived": "archive",
    "restored": "restore",
    "converted": "arrows-exchange",
    "imported": "upload",
    "document": "paperclip",
    "label": "tag",
}


@register.filter
def may(actor: Any, permission: str) -> bool:
    """False where there is no actor at all, as on an error page."""
    return bool(actor and actor.may(permission))


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """`<svg>` of one sprite symbol; hidden from assistive technology unless it has a label."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    href = f"{static('icons.svg')}#{name}"
    return format_html('<svg class="icon{}" {}><use href="{}"/></svg>', css and f" {css}", spoken, href)


@register.simple_tag
def avatar(name: Any, size: str = "", square: bool = False) -> SafeString:
    """Initials in a tone that stays with the name; decorative, so put the name beside it. Sizes: s, l."""
    css = f"{size and f' avatar-{size}'}{' avatar-square' if square else ''} tone-{tone(name)}"
    return format_html('<span class="avatar{}" aria-hidden="true">{}</span>', css, initials(name))


@register.simple_tag
def badge(status: Any, label: Any = "") -> SafeString:
    """A status as a word with a tone; nothing where there is none."""
    if not status:
        return SafeString("")
    return format_html('<span class="badge is-{}">{}</span>', status_tone(status), label or status_label(status))


@register.simple_tag
def bulk_cell(pk: Any, name: Any, ticked: Any = ()) -> SafeString:
    """The table cell that selects a row; `name` is what the record is called, `ticked` the ids that already are."""
    return format_html(
        '<td class="cell-check"><label><input type="checkbox" name="ids" value="{}" form="bulk" data-bulk-row'
        ' aria-label="{}"{}></label></td>',
        pk,
        _("Select %s") % name,
        SafeString(" checked" if ticked and str(pk) in ticked else ""),  # nosec B703  # a constant
    )


@register.filter
def kind_icon(kind: str) -> str:
    """Sprite name for a kind of timeline entry."""
    return ACTIVITY_ICONS.get(str(kind).lower(), "activity")


@register.filter
def may_everywhere(actor: Any, permission: str) -> bool:
    """In every team, as what is the house's asks for."""
    return actor.reach(permission) is Reach.ALL


@register.filter
def model_name(record: Any) -> str:
    """`contact`: what the trail calls such records."""
    return str(record._meta.model_name)


@register.filter
def ago(value: date | datetime | None, now: datetime | None = None) -> str:
    """`<time>` with the distance as text and the moment as its title."""
    if not value:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value)
    title = moment(value) if isinstance(value, datetime) else day(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, distance(value, now))


@register.simple_block_tag(takes_context=True)
def page_header(context: Any, content: str, title: str, subtitle: str = "", **extra: Any) -> SafeString:
    """Heading of a page; the tag's content are its actions. Extra: parent, parent_url, crumbs, avatar, badge."""
    return _component("page_header", context, {"title": title, "subtitle": subtitle, "actions": content, **extra})


@register.simple_block_tag(takes_context=True)
def card(context: Any, content: str, title: str = "", **extra: Any) -> SafeString:
    """A card around the tag's content. Extra: count, link, link_label, flush (no padding), id, css."""
    return _component("card", context, {"title": title, "content": content, **extra})


@register.simple_block_tag(takes_context=True)
def dialog(context: Any, content: str, id: str, title: str) -> SafeString:
    """A `<dialog>` that `data-dialog-open="#id"` opens; the content brings its own body and actions."""
    return _component("dialog", context, {"id": id, "title": title, "content": content})


@register.filter
def undo_url(message: Any) -> str:
    """The address in a Django message's `extra_tags="undo:<url>"`."""
    tags = (getattr(message, "extra_tags", "") or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """This page's query string with changes: `{% query ordering="-name" cursor=None %}`; None removes."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = value
    return f"?{params.urlencode()}" if params else context["request"].path


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Any, label: str, field: str, css: str = "", default: str = "") -> dict[str, Any]:
    """A `<th>` whose link sorts by `field`; a second click reverses. `default` is the order without a choice."""
    ordering = context["request"].GET.get("ordering") or default
    state = {field: "ascending", f"-{field}": "descending"}.get(ordering, "")
    target = f"-{field}" if state == "ascending" else field
    return {"label": label, "css": css, "state": state, "url": query(context, ordering=target, cursor=None)}


@register.filter
def initials(name: Any) -> str:
    """`MP` for "Maya Petrov", `V` for "Vouch", `?` for nobody."""
    words = [word for word in str(name or "").split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    return "".join(letters).upper() or "?"


@register.filter
def tone(value: Any) -> int:
    """A number from 0 to 9 that stays the same for the same text: `class="tone-{{ name|tone }}"`."""
    return zlib.crc32(str(value or "").encode()) % TONES


@register.filter
def status_tone(status: Any) -> str:
    """success, info, accent, warning, danger, or neutral for what is not listed."""
    return TONE_OF_STATUS.get(str(status or "").strip().lower().replace(" ", "_").replace("-", "_"), "neutral")


@register.filter
def status_label(status: Any) -> str:
    """`Not held` from `not_held`, for values that carry no label of their own."""
    return capfirst(str(status or "").replace("_", " "))


def _component(name: str, context: Any, values: dict[str, Any]) -> SafeString:
    return render_to_string(f"components/{name}.html", {**context.flatten(), **values})
