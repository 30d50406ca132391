"""The roles a new installation starts with, as readable data: resource → actions at a reach."""

from crm.core.permissions import ACTIONS, PERMISSIONS

SALES = ("customers", "contacts", "leads", "deals", "activities", "notes", "documents", "quotes")
READ_WRITE = ("read", "write")

Grants = dict[str, str]


def _grant(resources: tuple[str, ...], actions: tuple[str, ...], reach: str) -> Grants:
    wanted = {f"{resource}:{action}": reach for resource in resources for action in actions}
    return {permission: reach for permission in wanted if permission in PERMISSIONS}


def _everything(reach: str) -> Grants:
    return dict.fromkeys(sorted(PERMISSIONS), reach)


def _reading(reach: str) -> Grants:
    return {permission: reach for permission in sorted(PERMISSIONS) if permission.endswith(":read")}


COLLEAGUES = {**_grant(("users", "teams"), ("read",), "team"), **_grant(("notifications",), READ_WRITE, "own")}
OWN_KEYS = _grant(("apikeys",), (*READ_WRITE, "delete"), "own")
CATALOGUE = _grant(("products", "campaigns"), ("read",), "team")

BUILT_IN: dict[str, tuple[str, str, Grants]] = {
    "superadmin": ("Super administrator", "Everything, in every team.", _everything("all")),
    "admin": (
        "Administrator",
        "People, settings and all records of their teams.",
        {
            **_everything("team"),
            **_grant(
                ("users", "teams", "roles", "clients", "apikeys", "settings", "compliance", "emails"),
                tuple(sorted({action for actions in ACTIONS.values() for action in actions})),
                "all",
            ),
        },
    ),
    "sales_manager": (
        "Sales manager",
        "All sales records of their teams, with export, merge, assignment and deletion.",
        {
            **COLLEAGUES,
            **CATALOGUE,
            **OWN_KEYS,
            **_grant(SALES, (*READ_WRITE, "delete", "export", "merge", "assign", "convert", "verify"), "team"),
            **_grant(
                ("billing", "tickets", "reports", "imports", "exports"), (*READ_WRITE, "delete", "export"), "team"
            ),
            **_grant(("audit",), ("read",), "team"),
        },
    ),
    "sales_rep": (
        "Sales representative",
        "Works the records of their team; deletes only their own.",
        {
            **COLLEAGUES,
            **CATALOGUE,
            **OWN_KEYS,
            **_grant(SALES, (*READ_WRITE, "convert", "assign"), "team"),
            **_grant(SALES, ("delete",), "own"),
            **_grant(("tickets", "billing", "reports"), ("read",), "team"),
            **_grant(("imports", "exports"), READ_WRITE, "own"),
            **_grant(("audit",), ("read",), "team"),
        },
    ),
    "marketing": (
        "Marketing",
        "Leads, contacts and campaigns of their teams.",
        {
            **COLLEAGUES,
            **CATALOGUE,
            **OWN_KEYS,
            **_grant(("customers", "deals", "activities", "notes", "documents", "reports"), ("read",), "team"),
            **_grant(
                ("contacts", "leads", "campaigns", "imports", "exports"),
                (*READ_WRITE, "export", "convert", "assign"),
                "team",
            ),
        },
    ),
    "support": (
        "Support",
        "Tickets of their teams, and the customers and contacts behind them.",
        {
            **COLLEAGUES,
            **CATALOGUE,
            **OWN_KEYS,
            **_grant(("leads", "deals", "quotes", "billing"), ("read",), "team"),
            **_grant(("customers", "contacts", "tickets", "activities", "notes", "documents"), READ_WRITE, "team"),
            **_grant(("tickets", "activities"), ("assign",), "team"),
        },
    ),
    "auditor": (
        "Auditor",
        "Reads everything in every team and runs access reviews; changes nothing else.",
        {
            **_reading("all"),
            **_grant(("audit", "compliance", "reports"), ("export",), "all"),
            **_grant(("compliance",), ("write",), "all"),
            **_grant(("notifications",), ("write",), "own"),
        },
    ),
    "read_only": (
        "Read only",
        "Reads the sales records of their teams.",
        {
            **_grant(("users", "teams"), ("read",), "team"),
            **CATALOGUE,
            **_grant((*SALES, "reports"), ("read",), "team"),
            **_grant(("notifications",), READ_WRITE, "own"),
        },
    ),
}
