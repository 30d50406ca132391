"""People who sign in, by e-mail address."""

from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models.teams import Membership, Role
from auditlog.services import record, snapshot
from crm.core.actor import Actor
from crm.core.erasable import ERASED, Erasable, emptied, stays_blank
from crm.core.fields import EmailAddressField, LineField
from crm.core.permissions import PERMISSIONS, Reach
from crm.core.records import Identified

ADMIN_ACTIONS = {"view": "read", "add": "write", "change": "write", "delete": "delete"}
RESOURCE_OF_MODEL = {"auditevent": "audit", "activity": "activities", "application": "clients"}


class UserQuerySet(models.QuerySet["User"]):
    def for_actor(self, actor: Actor, action: str = "read") -> Any:
        """Colleagues: everyone, or the members of the actor's teams, or oneself."""
        reach = actor.reach(f"users:{action}")
        if reach is Reach.ALL:
            return self.all()
        if reach is Reach.TEAM:
            # A subquery: a join would need DISTINCT, which PostgreSQL does not lock.
            return self.filter(pk__in=Membership.objects.filter(team__in=actor.team_ids).values("user"))
        return self.filter(pk=actor.id) if reach is Reach.OWN and actor.id else self.none()

    def named(self, person: str) -> "User | None":
        """Who signs in as `person` (lower case), with `home_team_id`: by the very letters that attempts count by."""
        home = Membership.objects.filter(user=models.OuterRef("pk")).order_by("pk").values("team_id")[:1]
        named = self.alias(name=Lower("email")).filter(name=person)
        return named.annotate(home_team_id=models.Subquery(home)).first()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email, **fields)
        user.email = user._meta.get_field("email").to_python(email)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For the command that makes the first person. Raises ValidationError for a refused password."""
        if password is not None:
            validate_password(password, self.model(email=email, **fields))
        user = self.create_user(email, password, role=Role.objects.get(name="superadmin"), **fields)
        record(Actor.system("createsuperuser").through("command"), "users.created", user, snapshot(user))
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


# The address and the password of an erased colleague are made from their number (crm/privacy/personal.py).
BLANK: dict[str, Any] = {"full_name": ERASED, **emptied("pending_email", "time_zone"), "is_active": False}


class User(Erasable, Identified, AbstractBaseUser):
    """One role each; teams through Membership. A person without a role may do nothing.

    `is_service` marks the account an OAuth client acts as by itself: nobody can sign in to it.
    """

    password = models.CharField(max_length=128, editable=False)
    password_changed_at = models.DateTimeField(default=timezone.now, editable=False)
    email = EmailAddressField(max_length=254, unique=True)
    pending_email = EmailAddressField(max_length=254, blank=True, editable=False)
    full_name = LineField(max_length=150, blank=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, blank=True, related_name="users")
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    is_service = models.BooleanField(default=False, editable=False)
    tokens_valid_from = models.DateTimeField(default=timezone.now, editable=False)

    RESOURCE: ClassVar[str] = "users"
    BLANK: ClassVar[dict[str, Any]] = BLANK
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["full_name", "email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once"), stays_blank("user", BLANK)]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def set_password(self, raw_password: str | None) -> None:
        """Every door sets a password here, so that none forgets to end what came before it."""
        super().set_password(raw_password)
        self._end_sessions_and_tokens()

    def set_unusable_password(self) -> None:
        super().set_unusable_password()
        self._end_sessions_and_tokens()

    def _end_sessions_and_tokens(self) -> None:
        self.tokens_valid_from = self.password_changed_at = timezone.now()

    def check_password(self, raw_password: str | None) -> bool:
        """A hash of an older kind is renewed on the way. That is no change of password and ends nothing."""
        return check_password(raw_password, self.password, self._renew_hash)

    async def acheck_password(self, raw_password: str | None) -> bool:
        return await sync_to_async(self.check_password)(raw_password)

    def _renew_hash(self, raw_password: str) -> None:
        """Only while the row still holds the hash that was checked: a change at the same moment wins."""
        checked, self.password = self.password, make_password(raw_password)
        User.objects.filter(pk=self.pk, password=checked).update(password=self.password)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A password is never saved without the moment that ends what came before it."""
        if "password" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "tokens_valid_from", "password_changed_at"}
        super().save(*args, **kwargs)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares it on each request. A new password moves `tokens_valid_from`; a renewed hash does not."""
        content = f"{self.pk}{self.tokens_valid_from.timestamp()}"
        return salted_hmac("accounts.User.session", content, secret=secret, algorithm="sha256").hexdigest()

    def has_grant(self, permission: str) -> bool:
        return bool(self.is_active and self.role and self.role.grants.get(permission, "none") != "none")

    @property
    def is_staff(self) -> bool:
        """Who may open the admin."""
        return self.has_grant("settings:manage")

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.role is not None and self.role.name == "superadmin"

    def has_perm(self, codename: str, obj: Any = None) -> bool:
        """Django's `app.change_customer` in our vocabulary, for the admin."""
        action, _, model = codename.rpartition(".")[2].partition("_")
        permission = f"{RESOURCE_OF_MODEL.get(model, f'{model}s')}:{ADMIN_ACTIONS.get(action, action)}"
        return self.has_grant(permission if permission in PERMISSIONS else "settings:manage")

    def has_perms(self, codenames: list[str], obj: Any = None) -> bool:
        return all(self.has_perm(codename, obj) for codename in codenames)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff
