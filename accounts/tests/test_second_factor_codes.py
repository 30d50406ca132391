"""A code is right within one step of the clock, once, and only so often may somebody guess."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings

from accounts.mfa.codes import LIMITS, PERIOD, check_code
from accounts.models import CodeFailure, User
from accounts.tests.second_factor import App, connect_app, recovery_codes

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def app(owner: User) -> App:
    return connect_app(owner)


def accepted(user: User, code: str, at: float) -> bool:
    return check_code(user, code, at).factor is not None


def test_the_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, the last six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    vectors = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}
    assert {at: App(secret).code(at) for at in vectors} == vectors


@pytest.mark.parametrize(
    ("late", "right"),
    [(0, True), (29, True), (-PERIOD, True), (PERIOD, True), (2 * PERIOD, False), (-2 * PERIOD, False)],
)
def test_a_code_counts_within_one_step_of_the_clock(late: int, right: bool, owner: User, app: App) -> None:
    assert accepted(owner, app.code(NOON), NOON + late) is right


@pytest.mark.parametrize("later", [0, 1, 29, 31, 59, 89])
def test_a_used_code_is_never_right_again(later: int, owner: User, app: App) -> None:
    assert accepted(owner, app.code(NOON), NOON)
    assert not accepted(owner, app.code(NOON), NOON + later)


def test_nor_is_one_from_before_it(owner: User, app: App) -> None:
    assert accepted(owner, app.code(NOON), NOON)
    assert not accepted(owner, app.code(NOON - PERIOD), NOON)
    assert accepted(owner, app.code(NOON + PERIOD), NOON + PERIOD)


@pytest.mark.parametrize("typed", ["{a} {b}", "{a}-{b}", " {a}{b} "])
def test_spaces_and_dashes_do_not_matter(typed: str, owner: User, app: App) -> None:
    code = app.code(NOON)
    assert accepted(owner, typed.format(a=code[:3], b=code[3:]), NOON)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "٠٠٠٠٠٠", "abcdef", "0" * 24])
def test_nonsense_is_wrong(typed: str, owner: User, app: App) -> None:
    assert not accepted(owner, typed, NOON)


def test_the_code_of_another_person_is_wrong(owner: User, teammate: User, app: App) -> None:
    connect_app(teammate)
    assert not accepted(teammate, app.code(NOON), NOON)


@override_settings(DEBUG=True, MFA_TOTP_INSECURE_BYPASS_CODE="000000")
def test_the_librarys_code_for_testing_opens_nothing(owner: User, app: App) -> None:
    assert not accepted(owner, "000000", NOON)


def test_a_recovery_code_works_once(owner: User, app: App) -> None:
    first, second, *_others = recovery_codes(owner)
    assert accepted(owner, first, NOON)
    assert not accepted(owner, first, NOON)
    assert accepted(owner, f"{second[:5]}-{second[5:]}", NOON)
    codes = Authenticator.objects.get(user=owner, type=Authenticator.Type.RECOVERY_CODES)
    assert len(codes.wrap().get_unused_codes()) == 8


def fail(user: User, times: int, at: float) -> None:
    for _ in range(times):
        assert not accepted(user, "wrong", at)


def test_five_wrong_codes_close_the_door_for_five_minutes(owner: User, app: App) -> None:
    fail(owner, 4, NOON)
    assert check_code(owner, "wrong", NOON).exhausted
    assert check_code(owner, app.code(NOON), NOON).limited
    assert check_code(owner, recovery_codes(owner)[0], NOON).limited
    assert accepted(owner, app.code(NOON + 301), NOON + 301)


def test_a_right_code_does_not_open_it_for_a_guesser(owner: User, app: App) -> None:
    fail(owner, 4, NOON)
    assert accepted(owner, app.code(NOON), NOON)
    assert check_code(owner, "wrong", NOON).exhausted


@pytest.mark.parametrize(("most", "span"), LIMITS)
def test_slow_guessing_is_limited_too(most: int, span: timedelta, owner: User, app: App) -> None:
    pause = span / most
    for number in range(most):
        CodeFailure.objects.create(user=owner, at=datetime.fromtimestamp(NOON, UTC) - number * pause)
    assert check_code(owner, app.code(NOON), NOON).limited


def test_one_persons_failures_are_not_anothers(owner: User, teammate: User, app: App) -> None:
    fail(teammate, 6, NOON)
    assert accepted(owner, app.code(NOON), NOON)


def test_failures_are_forgotten_after_a_day(owner: User, app: App) -> None:
    fail(owner, 3, NOON)
    fail(owner, 1, NOON + timedelta(hours=25).total_seconds())
    assert CodeFailure.objects.count() == 1
