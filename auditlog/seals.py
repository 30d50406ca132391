"""Pages about the seals: the list, and what somebody outside needs to verify them."""

from pathlib import Path

from django.http import FileResponse, HttpResponse

from auditlog import proof
from auditlog.filters import AuditSealFilters
from auditlog.models import AuditEvent, AuditSeal
from auditlog.signing import public_pems
from crm.core.access import requires
from crm.core.errors import NotFound
from crm.core.pages import ActorPage, ListPage
from crm.core.requests import CrmRequest


@requires("audit:read")
class Seals(ListPage):
    model = AuditSeal
    filters = AuditSealFilters
    template_name = "auditlog/seals.html"
    joins = ()

    def extra_context(self) -> dict[str, object]:
        waiting = AuditEvent.objects.filter(seal__isnull=True).order_by("id")[:1]
        return {"keys": sorted(public_pems()), "waiting": waiting.values_list("at", flat=True).first()}


@requires("audit:read")
class PublicKey(ActorPage):
    def get(self, request: CrmRequest, kid: str) -> HttpResponse:
        if kid not in (pems := public_pems()):
            raise NotFound()
        return HttpResponse(
            pems[kid],
            content_type="application/x-pem-file",
            headers={"Content-Disposition": f'attachment; filename="audit-{kid}.pem"'},
        )


@requires("audit:read")
class Verifier(ActorPage):
    def get(self, request: CrmRequest) -> FileResponse:
        program = Path(proof.__file__).open("rb")  # noqa: SIM115 - the response closes it
        return FileResponse(program, as_attachment=True, filename="audit_verifier.py", content_type="text/x-python")
