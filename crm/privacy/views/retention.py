"""Pages of retention: one policy per kind of record and action, with what each would hit tonight."""

from typing import Any

from django.utils import timezone

from crm.core.access import requires
from crm.core.pages import CreatePage, DetailPage, EditPage, ListPage
from crm.core.paging import bounded_count, count_label
from crm.core.permissions import Reach
from crm.privacy.filters import RetentionPolicyFilters
from crm.privacy.forms import RetentionPolicyForm
from crm.privacy.models import RetentionPolicy
from crm.privacy.retention import hits, retention_policy_create, retention_policy_update
from crm.privacy.subjects import within_reach

SHOWN = 25


@requires("privacy:read")
class RetentionList(ListPage):
    model = RetentionPolicy
    filters = RetentionPolicyFilters
    template_name = "privacy/retention_list.html"
    joins = ()

    def extra_context(self) -> dict[str, Any]:
        return {"may_write": self.actor.reach("privacy:write") is Reach.ALL}


@requires("privacy:read")
class RetentionPreview(DetailPage):
    """What it would hit now; only rows within the reader's reach are shown, and counted."""

    model = RetentionPolicy
    template_name = "privacy/retention_policy.html"
    joins = ()

    def extra_context(self, record: RetentionPolicy) -> dict[str, Any]:
        rows = within_reach(self.actor, hits(record, timezone.now()))
        count, is_estimate = bounded_count(rows)
        return {
            "rows": list(rows.select_related("team")[:SHOWN]),
            "is_more": count > SHOWN,
            "count_label": count_label(count, is_estimate),
            "may_write": self.actor.reach("privacy:write") is Reach.ALL,
        }


@requires("privacy:write")
class RetentionCreate(CreatePage):
    model, form_class, service = RetentionPolicy, RetentionPolicyForm, retention_policy_create
    list_url, detail_url = "retention_policies:list", "retention_policies:detail"

    def initial(self) -> dict[str, Any]:
        return dict(self.request.GET.dict())


@requires("privacy:write")
class RetentionEdit(EditPage):
    model, form_class, service = RetentionPolicy, RetentionPolicyForm, retention_policy_update
    list_url, detail_url = "retention_policies:list", "retention_policies:detail"
