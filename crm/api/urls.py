"""Every resource under /api/v1/, with or without a trailing slash."""

from typing import Any

from django.urls import include, re_path

from accounts.api import ADDRESSES as ACCOUNT_ADDRESSES
from accounts.api import RESOURCES as ACCOUNT_RESOURCES
from auditlog.alerts.api import RESOURCES as SECURITY_RESOURCES
from auditlog.api import AuditAnalyticsView, AuditEventViewSet, AuditSealViewSet
from auditlog.honeypots.api import AddressBanViewSet
from crm.api.docs import DocsView, SchemaView
from crm.api.health import MODULES, ModuleHealthView, SystemHealthView
from crm.api.root import ModuleView, RootView
from crm.api.search import SearchView
from crm.bulk.api import RESOURCES as BULK_RESOURCES
from crm.core.api.routing import AnySlashRouter
from crm.lists.api import RESOURCES as LIST_RESOURCES
from crm.mailroom.api import RESOURCES as MAIL_RESOURCES
from crm.notices.api import RESOURCES as NOTICE_RESOURCES
from crm.ops.backups.api import BackupViewSet
from crm.transfer.api import ImportViewSet
from crm.transfer.export_templates.api import ExportTemplateViewSet
from crm.transfer.exports.api import ExportViewSet
from crm.transfer.schedules.api import ExportScheduleViewSet
from customers.api import RESOURCES as CUSTOMER_RESOURCES
from customers.api import SUB_COLLECTIONS as CUSTOMER_SUB_COLLECTIONS
from deals.api import RESOURCES as DEAL_RESOURCES
from deals.api import SUB_COLLECTIONS as DEAL_SUB_COLLECTIONS

app_name = "api"

RESOURCES: dict[str, type[Any]] = {
    **CUSTOMER_RESOURCES,
    **DEAL_RESOURCES,
    **ACCOUNT_RESOURCES,
    **SECURITY_RESOURCES,
    **MAIL_RESOURCES,
    **LIST_RESOURCES,
    **BULK_RESOURCES,
    **NOTICE_RESOURCES,
    "audit/events": AuditEventViewSet,
    "audit/seals": AuditSealViewSet,
    "security/bans": AddressBanViewSet,
    "imports": ImportViewSet,
    "exports": ExportViewSet,
    "backups": BackupViewSet,
    "export-templates": ExportTemplateViewSet,
    "export-schedules": ExportScheduleViewSet,
}

router = AnySlashRouter()
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name.replace("/", "-"))

urlpatterns = [
    re_path(r"^$", RootView.as_view(registry=router.registry), name="root"),
    *ACCOUNT_ADDRESSES,
    re_path(r"^search/?$", SearchView.as_view(), name="search"),
    re_path(r"^audit/analytics/?$", AuditAnalyticsView.as_view(), name="audit_analytics"),
    re_path(r"^health/?$", SystemHealthView.as_view(), name="health"),
    *(
        re_path(rf"^{module}/health/?$", ModuleHealthView.as_view(module=module), name=f"{module}_health")
        for module in MODULES
    ),
    *(
        re_path(rf"^{module}/?$", ModuleView.as_view(module=module, registry=router.registry), name=module)
        for module in ("accounts", "audit")
    ),
    re_path(r"^schema/?$", SchemaView.as_view(), name="schema"),
    re_path(r"^docs/?$", DocsView.as_view(), name="docs"),
    *CUSTOMER_SUB_COLLECTIONS,
    *DEAL_SUB_COLLECTIONS,
    re_path("", include(router.urls)),
]
