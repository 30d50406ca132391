"""One's own API keys: list, create, look, change, rotate, revoke. A key is shown by the page that made it, once."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.apikeys import services
from accounts.apikeys.forms import EditKeyForm, NewKeyForm, RotationForm
from accounts.models import ApiKey
from accounts.oauth.scopes import in_words
from accounts.reauthentication import FreshSignIn
from crm.core.access import requires
from crm.core.charts import Line, line_chart
from crm.core.errors import Conflict, Invalid, Stale
from crm.core.formats import short_day
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage, visible
from crm.core.requests import CrmRequest

DAYS_SHOWN = 30


@requires("apikeys:read")
class OwnKeys(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        keys = ApiKey.objects.own(self.actor).select_related("user", "team")
        return TemplateResponse(request, "accounts/api_keys.html", {"keys": keys})


@requires("apikeys:write")
class NewKey(FreshSignIn, ActorPage):  # type: ignore[misc]
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return self._show(NewKeyForm(actor=self.actor))

    def post(self, request: CrmRequest) -> HttpResponse:
        form = NewKeyForm(request.POST, actor=self.actor)
        if not form.is_valid():
            return self._show(form, 422)
        values = dict(form.cleaned_data)
        pk = values.pop("submission")
        if ApiKey.objects.own(self.actor).filter(pk=pk).exists():
            messages.info(request, _("The key was made and shown before. If you did not keep it, rotate it."))
            return redirect("accounts:api_keys_detail", pk=pk)
        try:
            return issued(request, *services.api_key_create(self.actor, id=pk, **values))
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
            return self._show(form, refusal.status)

    def _show(self, form: NewKeyForm, status: int = 200) -> HttpResponse:
        return TemplateResponse(self.request, "accounts/api_key_form.html", {"form": form}, status=status)


@requires("apikeys:read")
class KeyDetail(ActorPage):
    """Also for who may see the keys of others; what can be done here depends on whose key it is."""

    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        key = visible(ApiKey.objects.select_related("user", "team", "replaced_by"), self.actor, pk)
        is_own, is_live = key.user_id == self.actor.id, key.is_live(timezone.now())
        context = {
            "key": key,
            "scopes": in_words(key.usable_scopes),
            "chart": uses_chart(key, timezone.now().date()),
            "may_change": is_own and is_live and self.actor.may("apikeys:write"),
            "may_revoke": key.revoked_at is None
            and (self.actor.may("apikeys:manage") or (is_own and self.actor.may("apikeys:write"))),
            "rotation": RotationForm(),
        }
        return TemplateResponse(request, "accounts/api_key.html", context)


@requires("apikeys:write")
class EditKey(FreshSignIn, ActorPage):  # type: ignore[misc]
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        refuse_unknown(request.GET, set())
        key = own_key(self, pk)
        return self._show(key, EditKeyForm(key=key))

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        key = own_key(self, pk)
        form = EditKeyForm(request.POST, key=key)
        if not form.is_valid():
            return self._show(key, form, 422)
        try:
            services.api_key_update(self.actor, pk, **form.cleaned_data)
        except (Invalid, Conflict, Stale) as refusal:
            form.refuse(refusal)
            return self._show(key, form, refusal.status)
        messages.success(request, _("The key was changed."))
        return redirect("accounts:api_keys_detail", pk=pk)

    def _show(self, key: ApiKey, form: EditKeyForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "key": key}
        return TemplateResponse(self.request, "accounts/api_key_form.html", context, status=status)


@requires("apikeys:write")
class RotateKey(FreshSignIn, ActorPage):  # type: ignore[misc]
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        own_key(self, pk)
        form = RotationForm(request.POST)
        try:
            if not form.is_valid():
                raise Invalid()
            return issued(request, *services.api_key_rotate(self.actor, pk, **form.cleaned_data))
        except (Invalid, Conflict) as refusal:
            messages.error(request, refusal.message)
            return redirect("accounts:api_keys_detail", pk=pk)


@requires("apikeys:write", "apikeys:manage")
class RevokeKey(ActorPage):
    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        key = services.api_key_revoke(self.actor, pk)
        messages.success(request, _("%s no longer works.") % key)
        is_own = key.user_id == self.actor.id
        return redirect("accounts:api_keys_detail", pk=pk) if is_own else redirect("settings:api_keys")


def own_key(page: ActorPage, pk: Any) -> ApiKey:
    """Raises NotFound for a key of somebody else, whoever asks."""
    key: ApiKey = visible(ApiKey.objects.own(page.actor).select_related("user"), page.actor, pk)
    return key


def issued(request: CrmRequest, key: ApiKey, secret: str) -> HttpResponse:
    context = {"key": key, "secret": secret, "scopes": in_words(key.scopes)}
    headers = {"Cache-Control": "no-store"}
    return TemplateResponse(request, "accounts/api_key_issued.html", context, status=201, headers=headers)


def uses_chart(key: ApiKey, today: date) -> str:
    """Requests of each of the last thirty days."""
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS_SHOWN))]
    counted = dict(key.uses.filter(day__gte=days[0]).values_list("day", "count"))
    labels = [short_day(day) for day in days]
    values = [counted.get(day, 0) for day in days]
    return line_chart([Line(_("Requests"), values)], labels, title=_("Requests per day"))
