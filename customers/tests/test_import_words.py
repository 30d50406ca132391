"""The few words a file uses for owners, statuses, choices and labels: a person says once what each becomes."""

import pytest

from crm.core.errors import Invalid
from crm.transfer import services, words
from crm.transfer.running import reading_of
from customers.models import Customer, Label
from customers.services import custom_field_create
from customers.tests.import_files import as_csv, import_text, uploaded

pytestmark = pytest.mark.django_db
HEADERS = ["Name", "Status", "Owner", "Grade", "Labels"]
ROWS = [
    ["A", "ACTIVE", "Olive Owner", "gold star", "vip; Hot"],
    ["B", "Kunde", "someone.gone@x.example", "Platin", "hot"],
    ["C", "Kunde", "", "", ""],
    ["D", "???", "Tom Teammate", "", "Cold"],
]
CONTENT = as_csv(HEADERS, ROWS)
CHOSEN = {
    "status": {"KUNDE": "active", "???": ""},
    "owner": {"someone.gone@x.example": ""},
    "custom_fields.grade": {"Platin": "gold"},
    "labels": {"Hot": "VIP", "Cold": ""},
}


@pytest.fixture
def grade(superadmin, as_actor, north):
    Label.objects.create(name="VIP", team=north)
    choices = [{"key": "gold", "label": "Gold star"}, {"key": "iron", "label": "Iron"}]
    custom_field_create(as_actor(superadmin), holder="customer", type="choice", label="Grade", choices=choices)


@pytest.fixture
def run(as_actor, owner, grade, teammate):
    return services.import_create(as_actor(owner), uploaded(CONTENT), resource="customers")


def found(run, actor):
    return {used.column.name: used for used in words.words_used(run, reading_of(run, actor))}


def stored():
    rows = Customer.objects.order_by("name")
    labels = {one.name: sorted(label.name for label in one.labels.all()) for one in rows}
    return [
        (one.name, one.status, one.owner.full_name, one.custom_fields.get("grade"), labels[one.name]) for one in rows
    ]


def test_the_words_are_counted_and_matched_by_folded_text(run, as_actor, owner, teammate):
    used = found(run, as_actor(owner))
    assert {word.text: (word.rows, word.becomes) for word in used["status"].words} == {
        "Kunde": (2, None), "ACTIVE": (1, "active"), "???": (1, None),
    }  # fmt: skip
    people = {word.text: word.becomes for word in used["owner"].words}
    expected = {"Olive Owner": owner.email, "Tom Teammate": teammate.email, "someone.gone@x.example": None}
    assert people == expected
    assert {word.text: word.becomes for word in used["custom_fields.grade"].words} == {
        "gold star": "gold",
        "Platin": None,
    }
    assert {word.text: (word.rows, word.becomes) for word in used["labels"].words} == {
        "vip": (1, "VIP"), "Hot": (2, None), "Cold": (1, None),
    }  # fmt: skip


def test_each_word_becomes_what_was_chosen_and_that_is_remembered(run, as_actor, owner):
    actor = as_actor(owner)
    services.import_map(actor, run.pk, words=CHOSEN)
    services.import_start(actor, run.pk)
    run = services.import_step(actor, run, seconds=60)
    assert (run.created_count, run.failed_count) == (4, 0), list(run.rows.values("line", "reasons"))
    assert stored() == [
        ("A", "active", "Olive Owner", "gold", ["VIP"]),
        ("B", "active", "Olive Owner", "gold", ["VIP"]),
        ("C", "active", "Olive Owner", None, []),
        ("D", "prospect", "Tom Teammate", None, []),
    ]
    again = services.import_create(actor, uploaded(CONTENT), resource="customers")
    assert {word.text: word.becomes for word in found(again, actor)["status"].words} == {
        "Kunde": "active", "ACTIVE": "active", "???": "",
    }  # fmt: skip
    Label.objects.all().delete()
    again = services.import_create(actor, uploaded(CONTENT), resource="customers")
    assert again.options["words"]["labels"] == {"cold": ""}


def test_a_word_nobody_chose_for_keeps_its_row_out_and_is_named(run, as_actor, owner):
    actor = as_actor(owner)
    services.import_map(actor, run.pk, words={"status": {"kunde": None}, "owner": {}, "custom_fields.grade": {}})
    services.import_start(actor, run.pk)
    run = services.import_step(actor, run, seconds=60)
    told = {row.line: [(one["field"], one["code"]) for one in row.reasons] for row in run.rows.filter(status="failed")}
    assert told[3] == [
        ("status", "unknown_value"),
        ("owner", "unknown_value"),
        ("custom_fields.grade", "unknown_value"),
    ]
    assert told[4] == [("status", "unknown_value")] and set(told) == {3, 4, 5}
    assert "“???”" in run.rows.get(line=5).reasons[0]["message"] and Customer.objects.get().name == "A"


@pytest.mark.parametrize(
    "bad",
    [
        {"status": {"Kunde": "no such"}},
        {"name": {"A": "B"}},
        {"nothing": {}},
        {"status": "x"},
        {"owner": {"x": "a@b.c"}},
    ],
)
def test_a_choice_that_cannot_be_is_refused(bad, run, as_actor, owner):
    with pytest.raises(Invalid) as refusal:
        services.import_map(as_actor(owner), run.pk, words=bad)
    assert refusal.value.details[0]["field"] == "values"


def test_people_of_another_team_are_not_offered(run, as_actor, owner, outsider):
    assert outsider.email not in dict(found(run, as_actor(owner))["owner"].offers)
    with pytest.raises(Invalid):
        services.import_map(as_actor(owner), run.pk, words={"owner": {"x": outsider.email}})


def test_only_so_many_are_shown_and_the_rest_is_counted(as_actor, owner, monkeypatch):
    monkeypatch.setattr(words, "MOST_WORDS", 3)
    content = as_csv(["Name", "Status"], [[f"N{number}", f"S{number % 7}"] for number in range(30)])
    run = services.import_create(as_actor(owner), uploaded(content), resource="customers")
    used = found(run, as_actor(owner))["status"]
    assert ([word.text for word in used.words], used.more) == (["S0", "S1", "S2"][: len(used.words)], 4)


def test_the_page_shows_them_and_takes_the_choices(run, sign_in, owner):
    client, address = sign_in(owner), f"/imports/{run.pk}/mapping/"
    page = client.get(address).content.decode()
    assert "2 values are none of ours" in page and '<option value="=active" selected>' in page
    form = {"resource": "customers", "source": "csv", "mode": "create", "encoding": "utf-8", "delimiter": ","}
    form |= {f"column-{index}": name for index, name in enumerate(run.mapping)}
    answer = client.post(address, form)
    assert answer.status_code == 302 and answer["Location"] == address
    form |= {"worded": list(CHOSEN), "word-status": ["Kunde", "???"], "becomes-status": ["=active", "empty"]}
    form |= {"word-owner": ["someone.gone@x.example"], "becomes-owner": ["refuse"], "word-labels": ["Hot"]}
    form |= {"becomes-labels": ["refuse"], "word-custom_fields.grade": ["Platin"]}
    answer = client.post(address, form | {"becomes-custom_fields.grade": ["=iron"]})
    assert answer["Location"] == f"/imports/{run.pk}/"
    run.refresh_from_db()
    assert run.options["words"]["status"] == {"kunde": "active", "???": ""}
    assert (run.rehearsal["counts"], run.rehearsal["problems"][0]["line"]) == ({"created": 3, "failed": 1}, 3)


def test_a_program_asks_for_the_words_and_sends_what_they_become(run, api, owner, outsider):
    address = f"imports/{run.pk}/"
    answer = api(owner).get(f"{address}values/").json()["results"]
    status = next(one for one in answer if one["field"] == "status")
    assert status["values"][0] == {"value": "Kunde", "rows": 2, "becomes": None}
    assert {"value": "active", "label": "Active"} in status["offers"]
    body = {"values": CHOSEN, "mapping": run.mapping}
    answer = api(owner).post(f"{address}map/", body)
    assert answer.status_code == 200 and answer.json()["options"]["words"]["status"] == {"kunde": "active", "???": ""}
    for wrong in ({"values": []}, {"values": {"status": {"a": 1}}}, {"other": 1}, {"mapping": "x"}, {"mapping": [1]}):
        assert api(owner).post(f"{address}map/", wrong).status_code == 422
    assert api(outsider).get(f"{address}values/").status_code == 404
    assert api(outsider).post(f"{address}map/", body).status_code == 404


def test_words_of_a_column_that_is_mapped_no_more_are_forgotten(run, as_actor, owner):
    actor = as_actor(owner)
    services.import_map(actor, run.pk, words=CHOSEN)
    changed = services.import_map(actor, run.pk, mapping=["name", "", "owner", "", ""])
    assert set(changed.options["words"]) == {"owner"}
    assert import_text(actor, as_csv(["Name"], [["Z"]]), resource="customers").created_count == 1
