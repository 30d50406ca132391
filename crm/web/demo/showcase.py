"""What a newcomer looks at first: entered by the people of the demo, through the services."""

from auditlog.models import AuditEvent
from crm.web.demo import desk, fields, group, papers, told
from crm.web.demo.volume import Company, Office

# In a company that is smaller there is nothing to show off.
SHOWN_FROM = 40


def show(office: Office, companies: list[Company]) -> None:
    """Once, as the trail remembers: what was changed or deleted since is people's own doing."""
    head = str(group.member(office, 0))
    is_here = AuditEvent.objects.filter(object_type="customer", object_id=head).exists()
    if is_here or office.volume.customers < SHOWN_FROM:
        return
    are_new = fields.define()
    group.found(office)
    if are_new:
        fields.fill(office, companies)
    papers.file(office, companies)
    desk.arrange(office)
    group.look_for_twins(office)
    told.tell(office)
