"""One act on the rows somebody selected, or on all that match the list's filters, with an Undo; many go behind."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from crm.bulk.acts import kind_named
from crm.bulk.views import ordered
from crm.core.access import requires
from crm.core.errors import BadRequest, NotFound
from crm.core.pages import ActorPage, ListPage
from crm.core.paging import LARGEST_SIZE
from crm.core.requests import CrmRequest
from crm.core.selection import Selection
from customers import services
from customers.models import BulkAction, BulkChange, Label

# A page of a list at its largest; what is more goes on in the background.
QUICK = LARGEST_SIZE
POSITIONS = ("cursor", "page_size", "ordering")
TOLD: dict[str, Any] = {
    BulkAction.ASSIGN: gettext_lazy("%(count)s %(noun)s got a new owner."),
    BulkAction.ARCHIVE: gettext_lazy("%(count)s %(noun)s archived."),
    BulkAction.LABEL: gettext_lazy("%(count)s %(noun)s labelled."),
    BulkAction.UNLABEL: gettext_lazy("The label was taken off %(count)s %(noun)s."),
}


class BulkPage(ActorPage):
    """Posts `action`, `ids` or `all_matching` with the list's `query`, and `owner` or `label` where one is named."""

    list_page: ClassVar[type[ListPage]]
    list_url: ClassVar[str]
    told: ClassVar[dict[str, Any]] = TOLD

    def post(self, request: CrmRequest) -> HttpResponse:
        action, pks = request.POST.get("action", ""), self._chosen()
        if action in self.told and len(pks) <= QUICK:
            return self._at_once(action, pks)
        kind = kind_named(self.list_page.model.RESOURCE)
        return ordered(request, Selection(request.POST), kind, *self._asked(action))

    def _asked(self, action: str) -> tuple[str, dict[str, Any]]:
        """The act and what it needs."""
        match action:
            case BulkAction.ASSIGN:
                return "update", {"owner": self._named(User, "owner")}
            case BulkAction.LABEL | BulkAction.UNLABEL:
                return action, {"label": self._named(Label, "label")}
            case BulkAction.ARCHIVE | "restore" | "delete":
                return action, {}
        raise self._unknown()

    def _at_once(self, action: str, pks: list[Any]) -> HttpResponse:
        """Few records: a few statements, and an Undo beside the message."""
        change = self._act(action, pks)
        done, left = len(change.before), len(pks) - len(change.before)
        undo = f"undo:{reverse('customers:undo', args=[change.pk])}" if done else ""
        messages.success(self.request, self._sentence(change, done, left), extra_tags=undo)
        return redirect(reverse(self.list_url) + _kept_filters(self.request.POST.get("query", "")))

    def _act(self, action: str, pks: list[Any]) -> BulkChange:
        model = self.list_page.model
        match action:
            case BulkAction.ASSIGN:
                return services.records_assign(self.actor, model, pks, self._named(User, "owner"))
            case BulkAction.ARCHIVE:
                return services.records_archive(self.actor, model, pks)
            case BulkAction.LABEL if model._meta.model_name == "customer":
                return services.customers_label(self.actor, pks, self._named(Label, "label"))
            case BulkAction.UNLABEL if model._meta.model_name == "customer":
                return services.customers_unlabel(self.actor, pks, self._named(Label, "label"))
        raise self._unknown()

    def _unknown(self) -> BadRequest:
        return BadRequest(_("Choose what to do with the selected rows."), code="unknown_action")

    def _chosen(self) -> list[Any]:
        """Of many, as many as show that they are many."""
        if self.request.POST.get("all_matching") == "1":
            rows = self._matching(self.request.POST.get("query", ""))
            return list(rows.values_list("pk", flat=True)[: QUICK + 1])
        try:
            return [UUID(text) for text in dict.fromkeys(self.request.POST.getlist("ids"))]
        except ValueError:
            raise NotFound() from None

    def _matching(self, query: str) -> Any:
        """What the list would show for this query."""
        params = QueryDict(query, mutable=True)
        page = self.list_page()
        page.may_show_canaries = False
        page.setup(self.request)
        for name in POSITIONS:
            params.pop(name, None)
        return page.rows_for(params)

    def _named(self, model: type[Any], name: str) -> Any:
        try:
            pk = UUID(self.request.POST.get(name, ""))
        except ValueError:
            raise BadRequest(_("Choose one from the list first."), code="required") from None
        found = model.objects.for_actor(self.actor).filter(pk=pk).first()
        if found is None:
            raise NotFound()
        return found

    def _sentence(self, change: BulkChange, done: int, left: int) -> str:
        text = str(self.told[change.action] % {"count": f"{done:,}", "noun": self._noun(done)})
        if left:
            text += " " + _("%(count)s stayed as they were.") % {"count": f"{left:,}"}
        return text

    def _noun(self, count: int) -> str:
        meta = self.list_page.model._meta
        return str(meta.verbose_name if count == 1 else meta.verbose_name_plural)


@requires("customers:write", "contacts:write", "leads:write")
class BulkUndo(ActorPage):
    """Only the person who did it can undo it, and only where nobody changed it again."""

    def post(self, request: CrmRequest, pk: Any) -> HttpResponse:
        count = services.bulk_undo(self.actor, pk)
        text = ngettext("Undone for %(count)s record.", "Undone for %(count)s records.", count) % {
            "count": f"{count:,}"
        }
        messages.success(request, text)
        return redirect("customers:list")


def _kept_filters(query: str) -> str:
    params = QueryDict(query, mutable=True)
    params.pop("cursor", None)
    return f"?{params.urlencode()}" if params else ""
