"""What templates say: money, times, tones, permissions, and that they ask for nothing that is not there."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from crm.core.actor import Actor
from crm.core.formats import compact_money, distance, money, percent
from crm.core.permissions import PERMISSIONS, Reach
from crm.core.templatetags import navigation, vouch

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in ROOT.rglob("*.html") if {".venv", "node_modules"}.isdisjoint(path.parts))
NOON = datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("UTC"))
GAP = "\u00a0"


def person(*granted: str) -> Actor:
    return Actor("Ann", "user", grants=dict.fromkeys(granted, Reach.ALL))


def render(source: str, path: str = "/customers/", actor: object = None, view: str = "", **context: object) -> str:
    request = RequestFactory().get(path)
    request.actor = actor
    request.resolver_match = SimpleNamespace(view_name=view, namespace=view.split(":")[0]) if view else None
    return Template(source).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (12000, "EUR", f"€{GAP}12,000"),
        ("12000.00", "EUR", f"€{GAP}12,000"),
        ("12000.50", "USD", f"${GAP}12,000.50"),
        (0, "GBP", f"£{GAP}0"),
        (-5, "EUR", f"−€{GAP}5"),
        (None, "EUR", "–"),
        ("", "EUR", "–"),
        ("no figure", "EUR", "–"),
        ("NaN", "EUR", "–"),
    ],
)
def test_money_names_its_currency_and_hides_empty_cents(amount, currency, written):
    assert money(amount, currency) == written


def test_money_without_a_currency_is_in_the_house_currency(settings):
    settings.DEFAULT_CURRENCY = "GBP"
    assert money(3) == f"£{GAP}3"
    assert compact_money(3) == f"£{GAP}3"


def test_money_follows_the_language():
    with translation.override("de"):
        assert money("1234.5", "EUR") == f"1.234,50{GAP}€"


@pytest.mark.parametrize(
    ("amount", "written"), [(800, "800"), (127000, "127K"), (1_240_000, "1.2M"), (-3000, "3K"), (None, None)]
)
def test_compact_money_fits_a_chart(amount, written):
    sign = "−" if amount and amount < 0 else ""
    assert compact_money(amount, "EUR") == (f"{sign}€{GAP}{written}" if written else "–")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=2))
def test_any_amount_can_be_written(amount):
    assert "€" in money(amount, "EUR")
    assert "€" in compact_money(amount, "EUR")


@pytest.mark.parametrize(
    ("points", "style", "written"),
    [(12.5, "", "12.5%"), (12, "signed", "+12%"), (-3, "signed", "−3%"), (0, "signed", "0%"), (None, "", "–")],
)
def test_percentages_carry_a_sign_when_they_are_changes(points, style, written):
    assert percent(points, style) == written


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=-1), "1 minute ago"),
        (timedelta(minutes=5, seconds=1), "in 5 minutes"),
        (timedelta(hours=-3), "3 hours ago"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-13), "13 days ago"),
        (timedelta(days=-30), "4 weeks ago"),
        (timedelta(days=90), "in 3 months"),
        (timedelta(days=-800), "2 years ago"),
    ],
)
def test_a_moment_is_told_as_a_distance(delta, words):
    assert distance(NOON + delta, NOON) == words


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_a_day_stays_that_day_at_both_ends_of_the_world(zone):
    with timezone.override(zone):
        today = timezone.localtime(NOON).date()
        assert distance(today, NOON) == "today"
        assert distance(today + timedelta(days=1), NOON) == "tomorrow"


def test_ago_keeps_the_exact_moment_as_a_title():
    html = vouch.ago(NOON, NOON + timedelta(hours=2))
    assert html.startswith('<time datetime="2026-03-10T')
    assert "10 Mar 2026, 12:00" in html
    assert html.endswith(">2 hours ago</time>")
    assert 'title="10 Mar 2026"' in vouch.ago(date(2026, 3, 10), NOON)
    assert vouch.ago(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Petrov", "MP"), ("Anna van der Berg", "AB"), ("Vouch", "V"), ("élan (two)", "É"), ("", "?"), (None, "?")],
)
def test_initials_are_the_first_and_the_last(name, letters):
    assert vouch.initials(name) == letters


@given(st.text())
def test_a_name_always_has_the_same_of_ten_tones(name):
    assert 0 <= vouch.tone(name) < 10
    assert vouch.tone(name) == vouch.tone(name)


@pytest.mark.parametrize(
    ("status", "tone"),
    [("won", "success"), ("lost", "danger"), ("Not held", "warning"), ("in-progress", "accent"), ("odd", "neutral")],
)
def test_a_status_has_a_tone(status, tone):
    assert vouch.status_tone(status) == tone
    assert f"is-{tone}" in render('{% include "components/badge.html" %}', status=status)


def test_a_status_without_a_label_is_written_as_words():
    assert vouch.status_label("not_held") == "Not held"


def test_nobody_may_anything():
    assert vouch.may(None, "customers:read") is False
    assert vouch.may("", "customers:read") is False
    assert vouch.may(person("customers:read"), "customers:read") is True


def test_an_icon_is_silent_unless_it_has_a_label():
    assert 'aria-hidden="true"' in vouch.icon("plus")
    assert 'role="img" aria-label="Won &amp; done"' in vouch.icon("check", "Won & done")


def test_a_message_can_carry_the_address_that_undoes_it():
    assert vouch.undo_url(Message(25, "Archived", extra_tags="list undo:/customers/1/restore/")) == (
        "/customers/1/restore/"
    )
    assert vouch.undo_url(Message(25, "Saved")) == ""


def test_a_query_changes_one_parameter_and_keeps_the_others():
    source = '{% query ordering="-name" cursor=None %}'
    assert render(source, "/customers/?search=a&cursor=x") == "?search=a&amp;ordering=-name"
    assert render("{% query search=None %}", "/customers/?search=a") == "/customers/"


@pytest.mark.parametrize(
    ("path", "state", "link"),
    [("/?", "", "?ordering=name"), ("/?ordering=name", "ascending", "?ordering=-name"),
     ("/?ordering=-name", "descending", "?ordering=name")],
)  # fmt: skip
def test_a_second_click_on_a_heading_reverses_the_order(path, state, link):
    html = render('{% sort_header "Name" "name" %}', path)
    assert f'href="{link}"' in html
    assert (f'aria-sort="{state}"' in html) is bool(state)


def test_a_list_without_a_choice_shows_its_own_order():
    assert 'aria-sort="descending"' in render('{% sort_header "Last" "last" default="-last" %}', "/")


@pytest.mark.parametrize("tag", ["page_header title=name", "card title=name", 'dialog id="d" title=name'])
def test_a_tag_with_content_escapes_its_title_and_keeps_its_content(tag):
    html = render(f"{{% {tag} %}}<b>{{{{ danger }}}}</b>{{% end{tag.split()[0]} %}}", name="A < B", danger="<i>")
    assert "A &lt; B" in html
    assert "<b>&lt;i&gt;</b>" in html


def test_the_navigation_shows_only_what_the_actor_may_read(client):
    reader = person("customers:read")
    labels = [entry["page"].label for section in sections(reader) for entry in section["entries"]]
    assert labels == ["Dashboard", "Customers"]
    assert sections(None) == sections(person())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("view", "label"),
    [
        ("web:home", "Dashboard"),
        ("deals:board", "Pipeline"),
        ("deals:detail", "Deals"),
        ("customers:edit", "Customers"),
    ],
)
def test_one_entry_is_the_current_one(view, label):
    everything = person(*PERMISSIONS)
    current = [e["page"].label for s in sections(everything, view) for e in s["entries"] if e["current"]]
    assert current == [label]


@pytest.mark.django_db
def test_pages_without_an_entry_leave_none_current():
    assert not [e for s in sections(person(*PERMISSIONS), "account_login") for e in s["entries"] if e["current"]]


def test_every_page_of_the_navigation_exists_and_names_a_known_permission():
    pages = [page for _title, pages in navigation.SECTIONS for page in pages] + list(navigation.COMMANDS)
    assert [page.view for page in pages if not navigation._url(page)] == []
    assert {page.permission for page in pages} - {""} <= PERMISSIONS
    keys = [page.keys for page in pages if page.keys]
    assert len(keys) == len(set(keys))


def test_every_icon_that_a_template_asks_for_is_in_the_sprite():
    sprite = set(re.findall(r'id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))
    asked = {name for path in TEMPLATES for name in re.findall(r"""\bicon[ =]"([\w-]+)["]""", path.read_text())}
    asked |= set(vouch.ACTIVITY_ICONS.values())
    asked |= {page.icon for _title, pages in navigation.SECTIONS for page in pages}
    assert asked - sprite == set()


@pytest.mark.parametrize("forbidden", [r"\sstyle=", r"\son[a-z]+=", r"<style", r"<script(?![^>]*(src|json))", r"hx-on"])
def test_no_template_breaks_the_content_security_policy(forbidden):
    own = [path for path in TEMPLATES if "templates" in path.parts]
    assert [str(path) for path in own if re.search(forbidden, path.read_text())] == []


def test_vendored_files_ask_for_no_source_map():
    assert [p.name for p in (ROOT / "static/vendor").glob("*.js") if "sourceMappingURL" in p.read_text()] == []


def sections(actor: object, view: str = "") -> list[dict]:
    match = SimpleNamespace(view_name=view, namespace=view.split(":")[0]) if view else None
    return navigation.navigation({"request": SimpleNamespace(actor=actor, resolver_match=match)})


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("{{ at|day }}", "11 Mar 2026"),
        ("{{ at|moment }}", "11 Mar 2026, 02:00"),
        ('{{ at|moment:"zone" }}', "11 Mar 2026, 02:00 +14"),
        ("{{ at|clock }}", "02:00"),
        ('{{ at|clock:"seconds" }}', "02:00:00"),
        ("{{ at }}", "11 Mar 2026, 02:00"),
        ("{{ on }}", "10 Mar 2026"),
        ("{{ none|day }}{{ none|moment }}{{ none|clock }}", ""),
    ],
)
def test_days_and_moments_have_one_form_in_the_reader_s_zone(written, text):
    """A plain date is a day wherever one is."""
    with timezone.override("Pacific/Kiritimati"):
        values = {"at": NOON, "on": NOON.date(), "none": None}
        assert Template("{% load vouch %}" + written).render(Context(values)) == text
