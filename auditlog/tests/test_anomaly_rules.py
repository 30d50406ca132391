"""Each rule fires on its scene, through the door where it happens, and keeps still on a near miss."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from accounts.administration import role_update, user_update
from accounts.models import Role
from accounts.tests.api_keys import ask, make_key
from accounts.tests.sign_in_door import attempt
from auditlog.alerts import checks
from auditlog.alerts.data import BY_NAME, RULES
from auditlog.alerts.explaining import explanation
from auditlog.alerts.scanning import scan
from auditlog.models import AnomalyRule, Familiar, ReadVolume, SecurityEvent, Severity
from auditlog.security import security_event
from auditlog.services import record
from auditlog.tests.alerts import ELSEWHERE, FIREFOX, HERE, NEIGHBOUR, SAFARI, fired, happened, rule
from auditlog.tests.tampering import statement, without_triggers
from conftest import PASSWORD
from crm.core.actor import Origin
from customers.models import Customer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quiet_cache")]


def sign_in_from(person: Any, committed: Any, address: str = HERE, agent: str = FIREFOX) -> None:
    form = {"login": person.email, "password": PASSWORD}
    with committed():
        answer = Client(REMOTE_ADDR=address).post("/accounts/login/", form, headers={"User-Agent": agent})
    assert answer.status_code == 302


# New device, network, country; travel


def test_a_sign_in_with_another_browser_raises_an_alert_and_the_first_one_does_not(owner, committed):
    sign_in_from(owner, committed)
    assert not fired()
    sign_in_from(owner, committed, NEIGHBOUR, SAFARI)
    (alert,) = fired("new_device")
    assert alert.person_id == owner.pk and "Safari on iPhone" in explanation(alert)
    assert not fired("new_network"), "the neighbour is in the same network"


def test_a_browser_seen_before_raises_nothing_however_old_the_sighting(owner, committed):
    for agent in (FIREFOX, SAFARI, FIREFOX):
        sign_in_from(owner, committed, agent=agent)
    assert fired("new_device")[0].count == 1
    assert Familiar.objects.filter(what="device").count() == 2


def test_a_sign_in_from_another_network_raises_an_alert_and_from_a_neighbour_not(owner, committed):
    for address in (HERE, NEIGHBOUR, ELSEWHERE):
        sign_in_from(owner, committed, address)
    (alert,) = fired("new_network")
    assert alert.count == 1 and ELSEWHERE in explanation(alert) and alert.address == ELSEWHERE


@pytest.mark.parametrize("here", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_is_no_network_and_hides_none(here, owner, committed):
    for address in (HERE, here, NEIGHBOUR):
        sign_in_from(owner, committed, address)
    assert not fired()
    sign_in_from(owner, committed, ELSEWHERE)
    assert fired("new_network")[0].count == 1


@pytest.mark.parametrize("first", ["127.0.0.1", "10.1.2.3", "192.168.7.4", HERE])
def test_the_first_network_and_device_of_a_person_are_no_anomaly_wherever_they_are(first, owner, committed):
    sign_in_from(owner, committed, first)
    assert not fired()


def test_a_private_network_is_a_network_like_any_other(owner, committed):
    for address in ("10.1.2.3", "10.1.2.99"):
        sign_in_from(owner, committed, address)
    assert not fired()
    sign_in_from(owner, committed, "10.9.9.9")
    assert explanation(fired("new_network")[0]).startswith(f"{owner} signed in from 10.9.9.9, a network")


def test_what_is_new_for_one_person_is_not_measured_by_another(owner, teammate, committed):
    sign_in_from(owner, committed)
    sign_in_from(teammate, committed, ELSEWHERE, SAFARI)
    assert not fired()


@pytest.fixture
def geoip(settings: Any, tmp_path: Path) -> None:
    """HERE is Berlin, NEIGHBOUR is Potsdam, ELSEWHERE is Sydney."""
    places = {
        HERE: ("DE", "Berlin", 52.52, 13.41),
        NEIGHBOUR: ("DE", "Potsdam", 52.39, 13.06),
        ELSEWHERE: ("AU", "Sydney", -33.87, 151.21),
    }
    writer = MMDBWriter(ip_version=4, database_type="GeoLite2-City", float_type="f64")
    for address, (country, city, latitude, longitude) in places.items():
        where = {"latitude": latitude, "longitude": longitude}
        found = {"country": {"iso_code": country}, "city": {"names": {"en": city}}, "location": where}
        writer.insert_network(IPSet([f"{address}/32"]), found)
    settings.GEOIP_PATH = tmp_path / "places.mmdb"
    writer.to_db_file(str(settings.GEOIP_PATH))


def test_with_a_geoip_file_a_new_country_counts_and_a_new_network_of_a_known_one_does_not(geoip, owner, committed):
    sign_in_from(owner, committed)
    sign_in_from(owner, committed, NEIGHBOUR)
    assert not fired("new_network")
    sign_in_from(owner, committed, ELSEWHERE)
    assert "Sydney, AU" in explanation(fired("new_network")[0])


def test_two_sign_ins_further_apart_than_anybody_travels_raise_an_alert(geoip, owner, committed):
    sign_in_from(owner, committed)
    sign_in_from(owner, committed, ELSEWHERE)
    (alert,) = fired("impossible_travel")
    assert "Berlin" in explanation(alert) and "16," in explanation(alert) and alert.severity == "high"
    assert alert.evidence.count() == 2


def test_a_flight_and_a_walk_are_no_impossible_travel(geoip, owner):
    happened("login.succeeded", owner, ago=timedelta(hours=22))
    happened("login.succeeded", owner, address=ELSEWHERE)
    happened("login.succeeded", owner, ago=timedelta(hours=-1), address=HERE)
    Familiar.objects.all().delete()
    assert [alert.count for alert in fired("impossible_travel")] == [2], "out by plane, back in an hour"
    happened("login.succeeded", owner, ago=timedelta(minutes=-61), address=NEIGHBOUR)
    assert fired("impossible_travel")[0].count == 2, "Potsdam is within the blur of an address"


def test_without_a_geoip_file_nobody_travels_too_fast(owner, committed):
    sign_in_from(owner, committed)
    sign_in_from(owner, committed, ELSEWHERE)
    assert not fired("impossible_travel")


def test_a_geoip_file_that_cannot_be_read_stops_no_rule(owner, committed, settings, tmp_path):
    settings.GEOIP_PATH = tmp_path / "broken.mmdb"
    settings.GEOIP_PATH.write_bytes(b"no database")
    for address in (HERE, ELSEWHERE):
        sign_in_from(owner, committed, address)
    assert fired("new_network") and not fired("impossible_travel")


# Failures and refusals


def test_failed_sign_ins_of_one_person_fire_at_the_threshold_and_not_before(owner, committed, settings):
    rule("failures_of_person", threshold=2)
    with committed():
        attempt(owner.email, address=HERE)
    assert not fired()
    with committed():
        attempt(owner.email, address=ELSEWHERE)
    (alert,) = fired("failures_of_person")
    assert explanation(alert).startswith("2 failed sign-ins in 1 second by")
    assert explanation(alert).endswith("the rule asks for 2 in 5 minutes.")


def test_failures_outside_the_window_do_not_count(owner):
    rule("failures_of_person", threshold=3)
    for minutes in (12, 6, 1):
        happened("login.failed", owner, ago=timedelta(minutes=minutes))
    happened("login.failed", owner)
    assert not fired()
    happened("login.failed", owner)
    assert fired("failures_of_person")[0].count == 3


def test_failures_from_one_address_count_whoever_they_name(committed):
    rule("failures_from_address", threshold=3)
    with committed():
        for name in ("a", "b"):
            attempt(f"{name}@nowhere.example")
        ask("crm_live_" + "0" * 46)
    assert not fired(), "a typo of a key is told once the door saw it"
    with committed():
        attempt("c@nowhere.example")
    (alert,) = fired("failures_from_address")
    assert alert.person_id is None and alert.subject == f"address:{HERE}" and f"from {HERE};" in explanation(alert)


def test_a_household_is_one_address_and_two_are_not(owner):
    rule("failures_from_address", threshold=2)
    happened("login.failed", address="2001:db8:1:1::5")
    happened("login.failed", address="2001:db8:1:2::5")
    assert not fired()
    happened("login.failed", address="2001:db8:1:1::6")
    assert fired("failures_from_address")[0].subject == "address:2001:db8:1:1::/64"


def test_refused_again_and_again_fires(owner, sign_in, committed):
    rule("denials", threshold=2)
    client = sign_in(owner)
    with committed():
        assert client.get("/settings/sso/").status_code == 403
        assert client.get("/settings/sso/").status_code == 403
    assert not fired(), "the same refusal within a minute is one event"
    with committed():
        assert client.get("/settings/passwords/").status_code == 403
    assert fired("denials")[0].person_id == owner.pk


# Reading and exporting


@pytest.mark.parametrize(
    ("zone", "moment", "fires"),
    [
        ("Europe/Berlin", datetime(2026, 11, 25, 1, 30, tzinfo=UTC), True),  # Wednesday, 2:30 at home
        ("Europe/Berlin", datetime(2026, 11, 25, 9, 30, tzinfo=UTC), False),
        ("Pacific/Kiritimati", datetime(2026, 11, 25, 9, 30, tzinfo=UTC), True),  # 23:30
        ("Europe/Berlin", datetime(2026, 11, 28, 9, 30, tzinfo=UTC), True),  # Saturday
    ],
)
def test_bulk_reads_off_hours_go_by_the_clock_of_the_person(
    make_user, north, sign_in, committed, monkeypatch, zone, moment, fires
):
    person = make_user("night@north.example", teams=(north,), time_zone=zone)
    rule("off_hours_reads", threshold=3)
    make_customers(person, north, 2)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    for path in ("/api/v1/customers", "/customers/"):
        client = sign_in(person)
        assert client.get(path).status_code == 200
    with committed():
        scan(moment)
    assert bool(fired("off_hours_reads")) == fires
    with committed():
        scan(moment)
    assert SecurityEvent.objects.filter(kind="reads.off_hours").count() == int(fires), "an hour is reported once"


def make_customers(person: Any, team: Any, count: int) -> None:
    Customer.objects.bulk_create(Customer(name=f"Customer {n}", team=team, owner=person) for n in range(count))


def test_few_reads_at_night_are_nobodys_business(owner, north, committed):
    night = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    new = {"person_id": owner.pk, "day": night.date(), "hour": 2, "updated_at": night}
    ReadVolume.objects.create(rows=1999, **new)
    with committed():
        scan(night)
    assert not fired()
    ReadVolume.objects.update(rows=2000)
    with committed():
        scan(night)
    assert explanation(fired("off_hours_reads")[0]).startswith("2,000 records read within 60 minutes")


def export(actor: Any, rows: int) -> None:
    record(actor, "contacts.exported", None, {"rows": (None, rows)})


def test_many_exports_fire_and_one_less_does_not(owner, as_actor, committed):
    rule("many_exports", threshold=3)
    with committed():
        export(as_actor(owner), 10)
        export(as_actor(owner), 10)
    assert not fired()
    with committed():
        export(as_actor(owner), 10)
    assert explanation(fired("many_exports")[0]).startswith("3 exports in 1 second by Olive Owner")


def test_the_rows_of_exports_add_up(owner, as_actor, committed):
    with committed():
        export(as_actor(owner), 6000)
        export(as_actor(owner), 3999)
    assert not fired()
    with committed():
        export(as_actor(owner), 1)
    assert explanation(fired("large_export")[0]).startswith("10,000 records exported within 60 minutes")


def test_the_trail_as_a_file_is_an_export_too(superadmin, sign_in):
    list(sign_in(superadmin).get("/audit/export/").streaming_content)
    assert SecurityEvent.objects.filter(kind="data.exported").count() == 1
    event = SecurityEvent.objects.get(kind="data.export_finished")
    assert event.person_id == superadmin.pk and '"what":"audit"' in event.details


def test_an_export_at_night_counts_by_the_clock_of_the_person_also_when_it_runs_behind(
    make_user, north, as_actor, committed, monkeypatch
):
    person = make_user("night@north.example", teams=(north,), time_zone="Pacific/Kiritimati")
    afternoon = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # 23:30 on Kiritimati
    monkeypatch.setattr("django.utils.timezone.now", lambda: afternoon)
    export(as_actor(person), 2000)
    with committed():
        scan(afternoon)
    assert explanation(fired("off_hours_reads")[0]).startswith("2,000 records read")


# Rights, keys and tokens


def test_a_role_that_may_do_more_fires_and_one_that_may_less_does_not(superadmin, owner, as_actor, committed):
    with committed():
        user_update(as_actor(superadmin), owner.pk, role=Role.objects.get(name="read_only"))
    assert not fired()
    with committed():
        user_update(as_actor(superadmin), owner.pk, role=Role.objects.get(name="sales_manager"))
    (alert,) = fired("privilege_rise")
    assert alert.severity == "high", "as grave as its event"
    assert "Sue Super changed their role from read only to sales manager" in explanation(alert)


def test_a_wider_role_fires_though_it_is_about_nobody(superadmin, as_actor, committed):
    role = Role.objects.get(name="support")
    with committed():
        role_update(as_actor(superadmin), role.pk, grants={**role.grants, "reports:read": "team"})
    (alert,) = fired("privilege_rise")
    assert "widened the role support" in explanation(alert) and alert.person_id is None


def test_a_key_from_a_new_address_fires_and_from_its_usual_one_does_not(owner, committed):
    key, secret = make_key(owner)
    with committed():
        ask(secret, address=HERE)
        ask(secret, address=HERE)
    assert not fired()
    with committed():
        ask(secret, address=ELSEWHERE)
    (alert,) = fired("key_new_address")
    assert (alert.key_id, alert.key_label, alert.person_id) == (key.pk, key.name, owner.pk)
    with committed():
        ask(secret, address=HERE)
    assert fired("key_new_address")[0].count == 1


def test_a_key_outside_its_networks_fires_and_inside_them_not(owner, committed):
    _key, secret = make_key(owner, allowed_networks=["198.51.100.0/24"])
    with committed():
        assert ask(secret, address=HERE).status_code == 200
    assert not fired()
    with committed():
        assert ask(secret, address=ELSEWHERE).status_code == 403
    assert fired("key_refused_address")[0].severity == "high"


# What others report: honeypots, canaries, verification


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("honeypot.hit", "honeypot_insider"),
        ("honeypot.key_used", "decoy_key_used"),
        ("canary.touched", "canary_touched"),
        ("token.reused", "token_reuse"),
        ("code.replayed", "token_reuse"),
    ],
)
def test_traps_and_copies_fire_each_time_and_other_kinds_do_not(owner, committed, kind, name):
    who = {"person_id": owner.pk, "person_label": str(owner)}
    with committed():
        security_event("address.banned", Severity.MEDIUM, Origin(HERE))
        security_event("login.unlocked", Severity.INFO, Origin(HERE), **who)
    assert not fired()
    with committed():
        security_event(kind, Severity.HIGH, Origin(HERE), **who, path="/.env")
    (alert,) = fired()
    assert alert.rule.name == name and alert.person_id == owner.pk


def test_a_honeypot_hit_by_nobody_we_know_is_about_the_address(committed):
    with committed():
        security_event("honeypot.hit", Severity.MEDIUM, Origin(ELSEWHERE), path="/wp-login.php")
    (alert,) = fired("honeypot_hit")
    assert (alert.subject, alert.address) == (f"address:{ELSEWHERE}", ELSEWHERE)
    assert explanation(alert) == f"Honeypot hit from {ELSEWHERE}: /wp-login.php."


def test_a_trail_that_does_not_verify_fires_and_one_that_does_not(owner, as_actor, committed):
    event = record(as_actor(owner), "users.signed_in", owner)
    call_command("audit_seal")
    with committed():
        call_command("audit_verify")
    assert not fired()
    without_triggers()
    statement("UPDATE auditlog_auditevent SET action = 'users.signed_out' WHERE action = 'users.signed_in'")
    with committed(), pytest.raises(SystemExit):
        call_command("audit_verify")
    told = explanation(fired("audit_mismatch")[0])
    assert "mismatches; the first: event.changed" in told and str(event.pk) in told


# Rules as data


def test_every_rule_is_seeded_and_every_check_exists():
    assert set(AnomalyRule.objects.values_list("name", flat=True)) == set(BY_NAME)
    assert {data.check for data in RULES} <= set(checks.CHECKS)


def test_a_rule_that_is_off_raises_nothing_but_goes_on_learning(owner, committed):
    rule("new_device", is_enabled=False)
    for agent in (FIREFOX, SAFARI):
        sign_in_from(owner, committed, agent=agent)
    rule("new_device", is_enabled=True)
    sign_in_from(owner, committed, agent=SAFARI)
    assert not fired("new_device")


def test_a_rule_that_breaks_harms_neither_the_sign_in_nor_the_other_rules(owner, committed, monkeypatch):
    def broken(*args: Any) -> None:
        raise ValueError("a bug")

    sign_in_from(owner, committed)
    monkeypatch.setitem(checks.CHECKS, "device", broken)
    sign_in_from(owner, committed, ELSEWHERE)
    assert fired("new_network") and not fired("new_device")


def test_a_sign_in_asks_no_rule_before_its_answer(owner, django_capture_on_commit_callbacks):
    form = {"login": owner.email, "password": PASSWORD}
    with django_capture_on_commit_callbacks() as waiting:
        assert Client().post("/accounts/login/", form).status_code == 302
    assert not Familiar.objects.exists() and len(waiting) >= 1
