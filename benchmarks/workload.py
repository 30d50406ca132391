"""What is measured, and what docs/performance.md asks of each: the rows of the benchmark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from benchmarks.client import Answer, Client, cursor_of

Step = Callable[[Client], Answer]
DEEP_STEPS = 40
WIDE_PAGE = 200


@dataclass(frozen=True)
class Target:
    """Milliseconds at the 50th and 95th percentile, and SQL statements."""

    p50: float
    p95: float
    statements: int


API_LIST = Target(15, 40, 6)
SEARCH = Target(20, 50, 6)
API_DETAIL = Target(8, 25, 5)
PAGE_LIST = Target(35, 80, 10)
PAGE_DETAIL = Target(35, 80, 14)
BOARD = Target(40, 90, 10)
DASHBOARD = Target(40, 90, 12)
WRITE = Target(20, 50, 14)
NO_OP = Target(4, 10, 2)
SIGN_IN = Target(250, 400, 14)
TOKEN = Target(50, 100, 14)
CHALLENGE = Target(2, 10, 0)


@dataclass(frozen=True)
class Row:
    """`person`: whose session or token; `once`: cannot run in parallel; `most`: bound on the requests of one client."""

    name: str
    target: Target
    step: Step
    person: str = "rep"
    once: bool = False
    most: int = 120


@dataclass(frozen=True)
class Known:
    """Records that the rows are about, found through the API itself."""

    customer: str
    crowd: str
    contact: str
    deal: str
    label: str
    stages: list[str]
    fragment: str
    email: str
    deep: dict[str, str]


def look_around(client: Client) -> Known:
    def first(path: str) -> dict[str, Any]:
        found: dict[str, Any] = client.call("GET", path).json()["results"][0]
        return found

    contact = first("/api/v1/contacts?ordering=-created_at")
    crowd = first("/api/v1/customers?external_id=D1-0")
    deal = first("/api/v1/deals?status=open")
    stages = client.call("GET", "/api/v1/stages").json()["results"]
    return Known(
        customer=first("/api/v1/customers?status=active")["id"],
        crowd=crowd["id"],
        contact=contact["id"],
        deal=deal["id"],
        label=first("/api/v1/labels")["id"],
        stages=[stage["id"] for stage in stages if stage["status"] == "open"],
        fragment=contact["last_name"][1:6].lower(),
        email=contact["email"].split("@")[1][2:12],
        deep={kind: deep_cursor(client, kind) for kind in ("contacts", "customers")},
    )


def deep_cursor(client: Client, kind: str) -> str:
    """Some 8,000 rows into the list, or as deep as there are rows."""
    cursor = ""
    for _step in range(DEEP_STEPS):
        page = client.call("GET", f"/api/v1/{kind}?page_size={WIDE_PAGE}" + (f"&cursor={cursor}" if cursor else ""))
        following = cursor_of(page.json()["next"])
        if not following:
            break
        cursor = following
    return cursor


def get(path: str) -> Step:
    return lambda client: client.call("GET", path)


def rows(known: Known, refresh_token: str, robot: dict[str, str]) -> Iterator[Row]:
    yield from api_rows(known)
    yield from page_rows(known)
    yield from write_rows(known)
    yield Row("no-op, session", NO_OP, get("/api/v1/"))
    yield Row("no-op, bearer", NO_OP, get("/api/v1/"), person="token")
    yield Row(
        "PKCE challenge",
        CHALLENGE,
        lambda client: client.call("POST", "/auth/challenge", {}, form=True),
        person="nobody",
    )
    yield Row("token by client credentials", TOKEN, issuing(robot), person="nobody")
    yield Row("token refresh", TOKEN, refreshing(refresh_token), person="nobody", once=True)
    # Few enough to stay below the limit on attempts to sign in.
    yield Row("sign-in", SIGN_IN, signing_in, person="nobody", once=True, most=15)


def api_rows(known: Known) -> Iterator[Row]:
    yield Row("API contacts, page 1", API_LIST, get("/api/v1/contacts"))
    yield Row("API contacts, page 1, administrator", API_LIST, get("/api/v1/contacts"), person="superadmin")
    yield Row("API contacts, deep page", API_LIST, get(f"/api/v1/contacts?cursor={known.deep['contacts']}"))
    yield Row("API contacts of a customer with 500", API_LIST, get(f"/api/v1/contacts?customer={known.crowd}"))
    yield Row("API contacts, sorted by creation", API_LIST, get("/api/v1/contacts?ordering=-created_at"))
    yield Row("API customers, page 1", API_LIST, get("/api/v1/customers"))
    yield Row("API customers by status", API_LIST, get("/api/v1/customers?status=active"))
    yield Row("API customers by label", API_LIST, get(f"/api/v1/customers?label={known.label}"))
    yield Row("API customers, sorted by revenue", API_LIST, get("/api/v1/customers?ordering=-annual_revenue"))
    yield Row("API deals, page 1", API_LIST, get("/api/v1/deals"))
    yield Row("API deals by stage", API_LIST, get(f"/api/v1/deals?stage={known.stages[1]}"))
    yield Row("API contacts, name fragment", SEARCH, get(f"/api/v1/contacts?search={known.fragment}"))
    yield Row("API contacts, e-mail fragment", SEARCH, get(f"/api/v1/contacts?search={known.email}"))
    yield Row("API search everything", SEARCH, get(f"/api/v1/search?q={known.fragment}"))
    for kind, pk in (("contacts", known.contact), ("customers", known.customer), ("deals", known.deal)):
        yield Row(f"API {kind}, detail", API_DETAIL, get(f"/api/v1/{kind}/{pk}"))


def page_rows(known: Known) -> Iterator[Row]:
    for kind in ("customers", "contacts", "leads", "deals", "activities"):
        yield Row(f"page: {kind}", PAGE_LIST, get(f"/{kind}/"))
    yield Row("page: contacts, deep", PAGE_LIST, get(f"/contacts/?cursor={known.deep['contacts']}"))
    yield Row("page: customers, deep", PAGE_LIST, get(f"/customers/?cursor={known.deep['customers']}"))
    yield Row("page: customers, administrator", PAGE_LIST, get("/customers/"), person="superadmin")
    yield Row("page: contacts, name fragment", PAGE_LIST, get(f"/contacts/?search={known.fragment}"))
    yield Row("page: customer", PAGE_DETAIL, get(f"/customers/{known.customer}/"))
    yield Row("page: customer with 500 contacts", PAGE_DETAIL, get(f"/customers/{known.crowd}/"))
    yield Row("page: contact", PAGE_DETAIL, get(f"/contacts/{known.contact}/"))
    yield Row("page: deal", PAGE_DETAIL, get(f"/deals/{known.deal}/"))
    yield Row("page: board", BOARD, get("/deals/board/"))
    yield Row("page: board, administrator", BOARD, get("/deals/board/"), person="superadmin")
    yield Row("page: dashboard", DASHBOARD, get("/"))
    yield Row("page: dashboard, administrator", DASHBOARD, get("/"), person="superadmin")
    yield Row("page: search everything", DASHBOARD, get(f"/search/?q={known.fragment}"))


def write_rows(known: Known) -> Iterator[Row]:
    numbers = count()

    def create(client: Client) -> Answer:
        number = next(numbers)
        new = {"first_name": "Bench", "last_name": f"Mark {number}", "email": f"bench{number}@bench.example"}
        return client.call("POST", "/api/v1/contacts", {**new, "customer": known.customer})

    def move(client: Client) -> Answer:
        stage = known.stages[next(numbers) % len(known.stages)]
        return client.call("POST", f"/api/v1/deals/{known.deal}/move", {"stage": stage})

    yield Row("create a contact", WRITE, create)
    yield Row("change a stage", WRITE, move, once=True)


def refreshing(first: str) -> Step:
    """Each refresh needs the token that the one before it gave."""
    newest = [first]

    def step(client: Client) -> Answer:
        answer = client.call(
            "POST", "/auth/refresh", {"client_id": "crm_web_app", "refresh_token": newest[0]}, form=True
        )
        newest[0] = answer.json().get("refresh_token", newest[0])
        return answer

    return step


def issuing(robot: dict[str, str]) -> Step:
    return lambda client: client.call("POST", "/auth/token", {"grant_type": "client_credentials", **robot}, form=True)


def signing_in(client: Client) -> Answer:
    fresh = Client(client.port)
    return fresh.sign_in("readonly@demo.example")
