"""Lists of templates and schedules cost the same number of statements for two rows and for twenty."""

import pytest
from django.utils import timezone

from crm.transfer.models import ExportSchedule, ExportTemplate, ScheduledRun
from tests.query_counts import assert_baseline, counted_queries

pytestmark = pytest.mark.django_db

PAGES = {
    "export_templates_list": "/exports/templates/",
    "export_schedules_list": "/exports/schedules/",
    "export_schedules_detail": "/exports/schedules/{schedule}/",
    "api_export_templates_list": "/api/v1/export-templates",
    "api_export_schedules_list": "/api/v1/export-schedules",
}


def fill(owner, north, rows):
    for _row in range(rows):
        name = f"Template {ExportTemplate.objects.count()}"
        kept = {"resource": "contacts", "format": "csv", "columns": ["id"], "team": north}
        template = ExportTemplate.objects.create(owner=owner, name=name, **kept)
        planned = {"template": template, "time_zone": "UTC", "next_run_at": timezone.now()}
        schedule = ExportSchedule.objects.create(owner=owner, name=name, **planned)
        ScheduledRun.objects.bulk_create(ScheduledRun(schedule=schedule, state="failed") for _run in range(rows))
    return schedule


@pytest.mark.parametrize("name", PAGES)
def test_the_cost_does_not_grow_with_the_rows(name, sign_in, manager, north):
    client, counts = sign_in(manager), []
    for rows in (2, 18):
        schedule = fill(manager, north, rows)
        with counted_queries() as queries:
            assert client.get(PAGES[name].format(schedule=schedule.pk)).status_code == 200
        counts.append(queries.count)
    assert counts[0] == counts[1], counts
    assert_baseline(name, counts[1])
