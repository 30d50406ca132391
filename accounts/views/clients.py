"""Pages where administrators look after OAuth clients. A secret is shown once, to somebody who signed in just now."""

from datetime import timedelta
from typing import Any, ClassVar

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from accounts.models import Application
from accounts.oauth import clients
from accounts.oauth.filters import ClientFilters
from accounts.oauth.forms import ClientForm, RotateForm
from accounts.oauth.scopes import in_words
from accounts.oauth.usage import use_of, with_use
from accounts.reauthentication import fresh_sign_in_required
from crm.core.access import requires
from crm.core.charts import Line, line_chart
from crm.core.deletion import DeletePage
from crm.core.formats import short_day
from crm.core.pages import ActionPage, ActorPage, CreatePage, DetailPage, EditPage, FormPage, ListPage, visible
from crm.core.requests import CrmRequest

LIST, DETAIL = "settings:clients", "settings:clients_detail"
WEEKLY = 7
fresh = method_decorator(fresh_sign_in_required, name="dispatch")


@requires("clients:read")
class ClientList(ListPage):
    model, filters, template_name = Application, ClientFilters, "settings/clients/list.html"
    joins: ClassVar[tuple[str, ...]] = ("user",)

    def joined(self, rows: Any) -> Any:
        return with_use(super().joined(rows))

    def extra_context(self) -> dict[str, Any]:
        return {"types": Application.CLIENT_TYPES}


@requires("clients:read")
class ClientDetail(DetailPage):
    model, template_name = Application, "settings/clients/detail.html"
    joins: ClassVar[tuple[str, ...]] = ("user__role",)

    def extra_context(self, record: Application) -> dict[str, Any]:
        use = use_of(record)
        labels = [short_day(day) if at % WEEKLY == 1 else "" for at, (day, _number) in enumerate(use.issued)]
        tokens = Line(_("Tokens"), [number for _day, number in use.issued])
        return {
            "use": use,
            "chart": line_chart([tokens], labels, title=_("Tokens issued a day, last 30 days")),
            "scopes": in_words(record.scopes),
            "teams": record.user.memberships.select_related("team") if record.user else [],
        }


class ClientFormPage(FormPage):
    model, form_class, template_name = Application, ClientForm, "settings/clients/form.html"
    list_url, detail_url = LIST, DETAIL

    def extra_context(self) -> dict[str, Any]:
        return {"noun": _("OAuth application"), "nouns": _("OAuth applications")}


@requires("clients:write")
@fresh
class ClientCreate(ClientFormPage, CreatePage):
    service = clients.client_create

    def initial(self) -> dict[str, Any]:
        return {"client_type": Application.CLIENT_CONFIDENTIAL}

    def done(self, record: Any, message: str) -> HttpResponse:
        return secret_page(self.request, *record)


@requires("clients:write")
@fresh
class ClientEdit(ClientFormPage, EditPage):
    service = clients.client_update


@requires("clients:write")
@fresh
class ClientRotate(ActorPage):
    def get(self, request: CrmRequest, pk: Any) -> HttpResponse:
        return self._ask(pk, RotateForm())

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        form = RotateForm(request.POST)
        if not form.is_valid():
            return self._ask(pk, form, 422)
        overlap = timedelta(hours=form.cleaned_data["overlap_hours"])
        return secret_page(request, *clients.client_rotate_secret(self.actor, pk, overlap=overlap))

    def _ask(self, pk: Any, form: RotateForm, status: int = 200) -> HttpResponse:
        record = visible(Application.objects.all(), self.actor, pk)
        context = {"record": record, "form": form}
        return TemplateResponse(self.request, "settings/clients/rotate.html", context, status=status)


@requires("clients:write")
class ClientDisable(ActionPage):
    service, message, done_url = clients.client_disable, "{record} is disabled; all it was granted has ended.", DETAIL


@requires("clients:write")
@fresh
class ClientEnable(ActionPage):
    service, message, done_url = clients.client_enable, "{record} is enabled.", DETAIL


@requires("clients:delete")
class ClientDelete(DeletePage):
    model, service = Application, clients.client_delete
    list_url, detail_url = LIST, DETAIL


def secret_page(request: CrmRequest, client: Application, secret: str) -> HttpResponse:
    """Neither kept by a cache nor repeated by a reload."""
    context = {"record": client, "secret": secret}
    headers = {"Cache-Control": "no-store"}
    return TemplateResponse(request, "settings/clients/secret.html", context, headers=headers)
