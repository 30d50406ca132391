"""What a password must be: the rules themselves, every place that asks them, and who may change them."""

import io
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import PasswordPolicy, User
from accounts.passwords import rules
from accounts.passwords.services import password_policy_update
from auditlog.models import AuditEvent, SecurityEvent
from conftest import PASSWORD
from crm.core.errors import Forbidden, Invalid, Stale
from crm.outbox.draining import drain

GOOD = "Copper-kettle-91"
OLIVE = User(email="olive.marten@north.example", full_name="Olive Marten")


def codes(password: str, person: Any = OLIVE, **policy: Any) -> set[str]:
    return {str(fault.code) for fault in rules.faults(PasswordPolicy(**policy), password, person)}


@pytest.mark.parametrize("password", [GOOD, PASSWORD, "Demo-Lantern-42", "Größer-als-Häuser 7", "паролЬ-для-Олив-7"])
def test_the_default_policy_takes_a_good_password(password):
    assert codes(password) == set()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Copper-9", "password_too_short"),
        ("Aa1-" * 300, "password_too_long"),
        ("copper-kettle-and-pan", "password_too_plain"),
        ("Password1234!", "password_too_common"),
        ("P@ssw0rd!2026", "password_too_common"),
        ("Aa1Aa1Aa1Aa1Aa1", "password_too_common"),
        ("VouchCRM!2026", "password_too_common"),
        ("Olive-2026-spring", "password_too_similar"),
        ("I-am-MARTEN-the-2nd", "password_too_similar"),
        ("0live.mart3n@north", "password_too_similar"),
    ],
)
def test_the_default_policy_refuses(password, fault):
    assert fault in codes(password)


@given(st.text(min_size=1, max_size=60), st.integers(8, 128))
def test_length_is_counted_in_characters(password, least):
    found = codes(password, None, minimum_length=least, required_classes=0, refuse_common=False)
    assert found == ({"password_too_short"} if len(password) < least else set())


@given(st.text(max_size=60), st.integers(0, 4))
def test_a_password_with_more_kinds_of_characters_never_does_worse(password, wanted):
    """Adding to a password what it lacks cannot take a kind away."""
    before = rules.classes_in(password)
    assert before <= rules.classes_in(password + "aA0-") == 4
    assert ("password_too_plain" in codes(password, None, required_classes=wanted)) == (before < wanted)


@given(st.sampled_from(["olive", "Marten", "oLIVe"]), st.text(max_size=20), st.text(max_size=20))
def test_the_persons_name_is_found_wherever_it_hides(word, before, after):
    assert "password_too_similar" in codes(before + word + after)
    assert "password_too_similar" not in codes(before + word + after, refuse_similar=False)


WORDS = [word for word in sorted(rules.common_passwords()) if len(word) >= 4]


@given(st.sampled_from(WORDS), st.text("0123456789!.-_", max_size=2), st.text("0123456789!.-_", max_size=2))
def test_a_common_password_stays_common_between_digits_and_signs(word, before, after):
    assert rules.is_common(before + word + after)


@given(st.text(max_size=200))
def test_no_text_breaks_the_rules(password):
    codes(password)


def test_all_faults_are_said_at_once():
    assert codes("olive1") == {
        "password_too_short",
        "password_too_plain",
        "password_too_common",
        "password_too_similar",
    }


@pytest.fixture
def policy(as_actor, superadmin):
    """Changes the policy as a superadmin does."""
    return lambda **values: password_policy_update(as_actor(superadmin), **values)


@pytest.mark.django_db
class TestEveryPlace:
    """Each of them refuses what a stricter policy refuses, and says why."""

    @pytest.fixture(autouse=True)
    def strict(self, policy):
        policy(minimum_length=30)

    def test_the_change_page(self, sign_in, owner):
        form = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}
        answer = sign_in(owner).post("/accounts/password/change/", form)
        assert "Use at least 30 characters; this one has 16." in answer.content.decode()
        owner.refresh_from_db()
        assert owner.check_password(PASSWORD)

    def test_the_reset_page(self, client, owner, mailoutbox):
        client.post("/accounts/password/reset/", {"email": owner.email})
        drain()
        link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
        page = client.get(link, follow=True)
        answer = client.post(page.request["PATH_INFO"], {"password1": GOOD, "password2": GOOD})
        assert "Use at least 30 characters" in answer.content.decode()

    def test_the_first_password_of_somebody_who_has_none(self, sign_in, owner):
        owner.set_unusable_password()
        owner.save()
        answer = sign_in(owner).post("/accounts/password/set/", {"password1": GOOD, "password2": GOOD})
        assert "Use at least 30 characters" in answer.content.decode()

    def test_the_commands(self, owner, monkeypatch):
        monkeypatch.setattr("getpass.getpass", lambda *args, **kwargs: GOOD)
        with pytest.raises(CommandError, match="Aborting password change"):
            call_command("changepassword", owner.email, stdout=io.StringIO(), stderr=io.StringIO())
        monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
        with pytest.raises(CommandError, match="Use at least 30 characters"):
            call_command("createsuperuser", "--noinput", email="first@north.example")
        assert not User.objects.filter(email="first@north.example").exists()


@pytest.mark.django_db
def test_the_first_superadmin_is_made_by_command(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", GOOD)
    call_command("createsuperuser", "--noinput", email="first@north.example", stdout=io.StringIO())
    assert User.objects.get(email="first@north.example").is_superuser
    event = AuditEvent.objects.get(action="users.created")
    assert "argon2" not in event.changes and event.actor_label == "system:createsuperuser"


@pytest.mark.django_db
class TestHistory:
    def set_in_turn(self, user: User, passwords: list[str]) -> None:
        for password in passwords:
            validate_password(password, user)
            user.set_password(password)
            user.save()

    def test_the_last_five_do_not_come_back_and_an_older_one_does(self, owner):
        passwords = [f"Copper-kettle-{number}" for number in range(91, 97)]
        self.set_in_turn(owner, passwords)
        for password in passwords[1:]:
            with pytest.raises(ValidationError) as refusal:
                validate_password(password, owner)
            assert refusal.value.error_list[0].code == "password_used_before"
        validate_password(passwords[0], owner)

    def test_it_keeps_as_many_as_the_policy_asks_for_and_only_hashes(self, owner, policy):
        self.set_in_turn(owner, [f"Copper-kettle-{number}" for number in range(91, 99)])
        kept = owner.former_passwords.all()
        assert len(kept) == 5 and all(one.password.startswith("argon2$argon2id$") for one in kept)
        policy(remembered=2)
        self.set_in_turn(owner, ["Silver-kettle-11"])
        assert owner.former_passwords.count() == 2

    def test_the_current_one_is_never_the_next_even_without_memory(self, owner, policy):
        policy(remembered=0)
        with pytest.raises(ValidationError):
            validate_password(PASSWORD, owner)
        self.set_in_turn(owner, ["Silver-kettle-11", PASSWORD])
        assert not owner.former_passwords.exists()

    def test_a_password_from_before_there_was_a_history_counts(self, owner):
        owner.former_passwords.all().delete()
        with pytest.raises(ValidationError):
            validate_password(PASSWORD, owner)


@pytest.mark.django_db
class TestChangingThePolicy:
    @pytest.mark.parametrize("role", ["sales_rep", "auditor", "sales_manager"])
    def test_only_those_who_manage_settings(self, make_user, as_actor, role):
        with pytest.raises(Forbidden):
            password_policy_update(as_actor(make_user("x@north.example", role)), minimum_length=8)
        assert not PasswordPolicy.objects.exists()

    def test_it_leaves_its_trail(self, policy, superadmin):
        policy(minimum_length=16, maximum_age_days=90)
        assert AuditEvent.objects.filter(action="password_policy.updated", actor_id=superadmin.pk).exists()
        event = SecurityEvent.objects.get(kind="password.policy_changed")
        assert event.person_id == superadmin.pk and "12 → 16" in event.details

    @pytest.mark.parametrize(
        "values",
        [
            {"minimum_length": 7},
            {"minimum_length": 129},
            {"required_classes": 5},
            {"remembered": 25},
            {"maximum_age_days": 0},
        ],
    )
    def test_it_never_becomes_senseless(self, policy, values):
        with pytest.raises(Invalid):
            policy(**values)
        assert PasswordPolicy.current().minimum_length == 12

    def test_a_stale_change_overwrites_nothing(self, policy):
        policy(minimum_length=16)
        with pytest.raises(Stale):
            policy(version=1, minimum_length=8)
        assert PasswordPolicy.current().minimum_length == 16
