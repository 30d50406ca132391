"""One act on the rows somebody selected, or on all that match the list's filters, with an Undo."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from crm.core.access import requires
from crm.core.errors import BadRequest, NotFound
from crm.core.pages import ActorPage, ListPage
from crm.core.paging import COUNT_BOUND
from crm.core.requests import CrmRequest
from customers import services
from customers.errors import TooManyMatching
from customers.models import BulkAction, BulkChange, Label

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
        pks = self._chosen()
        change = self._act(request.POST.get("action", ""), pks)
        done, left = len(change.before), len(pks) - len(change.before)
        undo = f"undo:{reverse('customers:undo', args=[change.pk])}" if done else ""
        messages.success(request, self._sentence(change, done, left), extra_tags=undo)
        return redirect(reverse(self.list_url) + _kept_filters(request.POST.get("query", "")))

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
        raise BadRequest(_("Choose what to do with the selected rows."), code="unknown_action")

    def _chosen(self) -> list[Any]:
        """Raises TooManyMatching past what one act can undo."""
        if self.request.POST.get("all_matching") == "1":
            rows = self._matching(self.request.POST.get("query", ""))
            pks = list(rows.values_list("pk", flat=True)[: COUNT_BOUND + 1])
            if len(pks) > COUNT_BOUND:
                raise TooManyMatching()
            return pks
        try:
            return [UUID(text) for text in dict.fromkeys(self.request.POST.getlist("ids"))]
        except ValueError:
            raise NotFound() from None

    def _matching(self, query: str) -> Any:
        """What the list would show for this query."""
        params = QueryDict(query, mutable=True)
        page = self.list_page()
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
