"""Who has what: role, teams, keys, applications, provider and factor of each person, read in chunks of people.

A chunk costs nine queries, however many people there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.mfa.events import NAMES
from accounts.models import ApiKey, Membership, Role, SsoConnection, TokenFamily, User
from accounts.oauth.grants import Granted
from crm.compliance.models import ItemKind
from crm.compliance.origins import Origins
from crm.compliance.privileged import is_privileged
from crm.core.actor import Actor
from crm.core.permissions import Reach

CHUNK = 500
SSO, FACTOR = "sso", "factor"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """`kind` is one of ItemKind, or `sso` or `factor`, which say how the person comes in and are not reviewed."""

    person: User
    kind: str
    target_id: str
    label: str
    detail: str = ""
    is_privileged: bool = False
    granted_at: datetime | None = None
    granted_by: str = ""
    last_used_at: datetime | None = None


def people_for(actor: Actor, action: str = "read") -> "QuerySet[User]":
    """Active accounts that the actor's `compliance` right reaches, those of programs with them."""
    people: Any = User.objects.filter(is_active=True)
    reach = actor.reach(f"compliance:{action}")
    if reach is Reach.ALL:
        return people
    if reach is Reach.TEAM:
        return people.filter(pk__in=Membership.objects.filter(team__in=actor.team_ids).values("user"))
    return people.filter(pk=actor.id) if reach is Reach.OWN and actor.id else people.none()


def entitlements(people: "QuerySet[User]", at: datetime) -> Iterator[Entitlement]:
    """Ordered by name; what somebody does not have is not there."""
    rows = people.select_related("role").order_by("full_name", "email", "pk").iterator(chunk_size=CHUNK)
    while some := list(islice(rows, CHUNK)):
        yield from Chunk(some, at).entitlements()


class Chunk:
    """What some people have, fetched at once."""

    def __init__(self, people: list[User], at: datetime) -> None:
        self.people = people
        ids = [person.pk for person in people]
        self.memberships = _by_person(Membership.objects.filter(user__in=ids).select_related("team"))
        self.keys = _by_person(ApiKey.objects.filter(user__in=ids).live(at).order_by("created_at"))
        self.families = _by_person(TokenFamily.objects.filter(user__in=ids).live(at).select_related("application"))
        self.links = _by_person(SocialAccount.objects.filter(user__in=ids))
        self.factors = _by_person(Authenticator.objects.filter(user__in=ids).order_by("pk"))
        self.providers = {one.slug: one.name for one in SsoConnection.objects.all()} if self.links else {}
        self.origins = Origins(people, [one for some in self.memberships.values() for one in some])

    def entitlements(self) -> Iterator[Entitlement]:
        for person in self.people:
            yield from self._role(person)
            yield from (self._membership(person, one) for one in self.memberships[person.pk])
            yield from (_key(person, one) for one in self.keys[person.pk])
            yield from (_grant(person, one) for one in _by_application(self.families[person.pk]))
            yield from (self._link(person, one) for one in self.links[person.pk])
            yield from (_factor(person, one) for one in self.factors[person.pk])

    def _role(self, person: User) -> Iterator[Entitlement]:
        if person.role is None:
            return
        at, by = self.origins.of_role(person)
        privileged = is_privileged(person.role.grants)
        yield Entitlement(
            person, ItemKind.ROLE, str(person.role.pk), person.role.label, grants_in_words(person.role), privileged,
            at, by, person.last_login,
        )  # fmt: skip

    def _membership(self, person: User, one: Membership) -> Entitlement:
        by = self.origins.of_membership(person, one)
        label = one.team.name
        return Entitlement(person, ItemKind.MEMBERSHIP, str(one.team_id), label, "", False, one.joined_at, by)

    def _link(self, person: User, one: SocialAccount) -> Entitlement:
        label = self.providers.get(one.provider, one.provider)
        return Entitlement(
            person, SSO, str(one.pk), label, "", False, one.date_joined, str(person), one.last_login,
        )  # fmt: skip


def _key(person: User, key: ApiKey) -> Entitlement:
    detail = _("{scopes}; until {date}").format(scopes=" ".join(key.scopes), date=key.expires_at.date())
    privileged = is_privileged(dict.fromkeys(key.scopes, "all"))
    return Entitlement(
        person, ItemKind.API_KEY, str(key.pk), key.name, detail, privileged, key.created_at, key.created_by,
        key.last_used_at,
    )  # fmt: skip


def _grant(person: User, granted: Granted) -> Entitlement:
    scopes = granted.scopes
    return Entitlement(
        person, ItemKind.OAUTH_GRANT, str(granted.application.pk), granted.application.name, " ".join(scopes),
        is_privileged(dict.fromkeys(scopes, "all")), granted.since, str(person), granted.last_used_at,
    )  # fmt: skip


def _factor(person: User, factor: Authenticator) -> Entitlement:
    label = NAMES[Authenticator.Type(factor.type)]
    return Entitlement(
        person, FACTOR, str(factor.pk), label, "", False, factor.created_at, str(person), factor.last_used_at
    )


def grants_in_words(role: Role) -> str:
    """`41 permissions, 12 of them over everything`."""
    reaches = [reach for reach in role.grants.values() if reach != "none"]
    everywhere = sum(reach == "all" for reach in reaches)
    counted = ngettext("{count} permission", "{count} permissions", len(reaches)).format(count=len(reaches))
    return counted + (_(", {count} of them over everything").format(count=everywhere) if everywhere else "")


def _by_person(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def _by_application(families: list[TokenFamily]) -> list[Granted]:
    found: dict[Any, Granted] = {}
    for family in families:
        found.setdefault(family.application_id, Granted(family.application)).families.append(family)
    return list(found.values())
