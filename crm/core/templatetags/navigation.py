"""The main navigation as data: which pages, for whom, and which one is the current one."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from crm.core.badges import badge_of

register = template.Library()

DASHBOARD, NOTICES = "web:home", "notices:list"


@dataclass(frozen=True, slots=True)
class Page:
    """One entry; `tab` puts it into the bottom bar of a phone, `keys` is its shortcut, `about` says what it is for."""

    view: str
    label: str
    icon: str
    permission: str = ""
    keys: str = ""
    tab: str = ""
    about: str = ""


SECTIONS: tuple[tuple[str, tuple[Page, ...]], ...] = (
    (
        "",
        (
            Page(DASHBOARD, "Dashboard", "home", keys="g d", tab="Home"),
            Page("customers:list", "Customers", "building", "customers:read", "g c", tab="Customers"),
            Page("contacts:list", "Contacts", "address-book", "contacts:read", "g o"),
            Page("leads:list", "Leads", "target-arrow", "leads:read", "g l"),
            Page("deals:board", "Pipeline", "layout-kanban", "deals:read", "g p", tab="Deals"),
            Page("deals:list", "Deals", "coin", "deals:read", "g e"),
            Page("activities:list", "Activities", "checkbox", "activities:read", "g a", tab="Activities"),
            Page("documents:list", "Documents", "file-text", "documents:read", "g f"),
        ),
    ),
    (
        "Workspace",
        (
            Page("transfer:imports", "Imports", "upload", "imports:read", "g i"),
            Page("exports:list", "Exports", "download", "exports:read", "g x"),
            Page("bulk:list", "Bulk changes", "list-check", "customers:write", "g b"),
            Page("duplicates:list", "Duplicates", "arrows-join", "customers:merge", "g m"),
            Page("auditlog:explorer", "Audit trail", "history", "audit:read", "g t"),
            Page("security:centre", "Security", "shield-lock", "security:read", "g u"),
            Page("subject_requests:list", "Personal data", "user-check", "privacy:read"),
            Page("compliance:home", "Compliance", "shield-check", "compliance:read", "g q"),
            Page("settings:home", "Settings", "settings", "teams:read", "g s"),
        ),
    ),
)

# Pages inside an area; one whose address does not exist is left out.
AREAS: dict[str, tuple[Page, ...]] = {
    "account": (
        Page("accounts:profile", "Profile", "user", about="Name, time zone and teams"),
        Page(
            "notices:settings",
            "Notifications",
            "bell",
            "notifications:write",
            about="What you are told, how, and when",
        ),
        Page("letters:list", "Letters", "mail", "activities:write", about="Mails on your records, for your eyes alone"),
        Page("accounts:security", "Sign-in", "shield-lock", about="Password, second factor and passkeys"),
        Page("accounts:sessions", "Sessions", "devices", about="Where you are signed in"),
        Page("accounts:applications", "Applications", "plug", about="Programs that act for you"),
        Page("accounts:api_keys", "API keys", "key", "apikeys:read", about="Keys for your own scripts"),
    ),
    "settings": (
        Page("settings:people", "People", "users", "users:read", about="Who works here, in which role and team"),
        Page("settings:invitations", "Invitations", "mail", "users:write", about="Who was asked to join"),
        Page("settings:teams", "Teams", "users-group", "teams:read", about="Whose records belong together"),
        Page("settings:roles", "Roles", "shield", "roles:read", about="What each role may do, and how far"),
        Page("settings:access", "Access check", "eye", "roles:read", about="Why somebody may or may not do something"),
        Page("settings:locks", "Locked sign-ins", "lock", "users:manage", about="Doors closed after wrong passwords"),
        Page("settings:password_policy", "Passwords", "list-check", "settings:manage", about="What a password must be"),
        Page("settings:sso", "Single sign-on", "login", "settings:manage", about="OpenID Connect and SAML"),
        Page(
            "settings:clients", "OAuth applications", "plug", "clients:read", about="Programs that may ask for access"
        ),
        Page("settings:api_keys", "API keys", "key", "apikeys:manage", about="Every key, its use and its end"),
        Page(
            "settings:emails_queue",
            "E-mail",
            "mail",
            "emails:read",
            about="The queue, templates, who gets none",
        ),
        Page(
            "custom_fields:list",
            "Custom fields",
            "adjustments-horizontal",
            "settings:write",
            about="What your records hold beyond the usual",
        ),
        Page("lifecycles:list", "Lifecycles", "list-check", "settings:write", about="Which status may follow which"),
        Page("webhooks:list", "Webhooks", "webhook", "webhooks:read", about="Programs that are told what happens here"),
        Page("capture:list", "Lead capture", "inbox", "webhooks:read", about="Web forms and what programs send in"),
        Page("settings:jobs", "Jobs", "clock", "settings:manage", about="What runs by the clock, and how it went"),
        Page("settings:backups", "Backups", "database", "backups:read", about="Copies, and which of them is proved"),
    ),
    "emails": (
        Page("settings:emails_queue", "Queue", "send", "emails:read"),
        Page("settings:emails_templates", "Templates", "file-text", "emails:read"),
        Page("settings:emails_suppressions", "Suppressed", "ban", "emails:read"),
        Page("mailboxes:list", "Mailboxes", "inbox", "emails:read"),
    ),
    "security": (
        Page("security:centre", "Overview", "layout-dashboard", "security:read"),
        Page("security:alerts", "Alerts", "bell", "security:read"),
        Page("security:events", "Events", "history", "security:read"),
        Page("security:rules", "Rules", "adjustments-horizontal", "security:read"),
        Page("security:bans", "Bans", "ban", "security:read"),
        Page("security:canaries", "Canaries", "eye", "security:manage"),
    ),
    "compliance": (
        Page("compliance:reviews", "Access reviews", "list-check", about="Who has what, and whether they keep it"),
        Page("compliance:reports", "Reports", "report-analytics", about="As page, PDF and CSV"),
        Page("compliance:processing", "Record of processing", "file-text", about="Personal data: why and how long"),
        Page("subject_requests:list", "Personal data", "user-check", about="Requests for export and erasure"),
        Page("retention_policies:list", "Retention", "hourglass", "privacy:read", about="How long data are kept"),
        Page("compliance:holds", "Legal holds", "hand-stop", "audit:read", about="What is kept whatever its time"),
    ),
}

COMMANDS: tuple[Page, ...] = (
    Page("customers:create", "New customer", "plus", "customers:write"),
    Page("contacts:create", "New contact", "plus", "contacts:write"),
    Page("leads:create", "New lead", "plus", "leads:write"),
    Page("deals:create", "New deal", "plus", "deals:write"),
    Page("activities:create", "New activity", "plus", "activities:write"),
)


@register.simple_tag(takes_context=True)
def navigation(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Sections this actor may see: `[{title, entries: [{page, url, current, badge}]}]`, at most one of them current."""
    request = context.get("request")
    current = _current(getattr(request, "resolver_match", None))
    actor = getattr(request, "actor", None)
    sections = ({"title": title, "entries": _entries(pages, actor, current)} for title, pages in SECTIONS)
    return [section for section in sections if section["entries"]]


@register.simple_tag(takes_context=True)
def area_pages(context: dict[str, Any], area: str) -> list[dict[str, Any]]:
    """The pages of one of AREAS this actor may see: `[{page, url, current}]`."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    pages = AREAS[area]
    current = next((page for page in pages if match and match.view_name.startswith(page.view)), None)
    return _entries(pages, getattr(request, "actor", None), current)


@register.simple_tag(takes_context=True)
def commands(context: dict[str, Any]) -> list[dict[str, Any]]:
    """What the command palette offers beside the pages: records to create."""
    return _entries(COMMANDS, getattr(context.get("request"), "actor", None), None)


@register.simple_tag(takes_context=True)
def bell(context: dict[str, Any]) -> dict[str, Any] | None:
    """`{unread, now, stream}` for who may read notifications; `stream` is empty where pages have to ask."""
    request = context.get("request")
    actor = getattr(request, "actor", None)
    if request is None or actor is None or not actor.may("notifications:read"):
        return None
    is_streamed = settings.EVENT_STREAM or isinstance(request, ASGIRequest)
    return {
        "unread": badge_of(NOTICES, actor),
        "now": timezone.now().isoformat(),
        "stream": reverse("notices:stream") if is_streamed else "",
    }


def _entries(pages: tuple[Page, ...], actor: Any, current: Page | None) -> list[dict[str, Any]]:
    allowed = (page for page in pages if not page.permission or (actor and actor.may(page.permission)))
    shown = ((page, url) for page in allowed if (url := _url(page)))
    return [
        {"page": page, "url": url, "current": page is current, "badge": badge_of(page.view, actor)}
        for page, url in shown
    ]


def _url(page: Page) -> str:
    try:
        return reverse(page.view)
    except NoReverseMatch:
        return ""


def _current(match: Any) -> Page | None:
    """The very page, or else the last list of the same app: a deal's own page belongs to the list of deals.

    The dashboard is nobody's list: what is found from everywhere is not below it.
    """
    if match is None:
        return None
    pages = [page for _title, section in SECTIONS for page in section]
    exact = [page for page in pages if page.view == match.view_name]
    lists = [page for page in pages if page.view != DASHBOARD]
    same_app = [page for page in lists if page.view.split(":")[0] == match.namespace]
    return next(reversed(exact or same_app), None)
