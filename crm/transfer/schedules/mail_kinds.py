"""Mails about scheduled exports, to their owner alone."""

from django.utils.translation import gettext_lazy as _

from crm.outbox.mail_kinds import MailKind, Variable

NAME = Variable(_("What the schedule is called."), "Key accounts")

SCHEDULED_EXPORT = MailKind(
    name="scheduled_export",
    label=_("Scheduled export"),
    about=_("The file of a scheduled export is there. The link opens to whoever scheduled it, until it expires."),
    subject=_("{{ name }}: your export is ready"),
    text=_("""{{ name }}: {{ rows }}.

{{ link }}

Sign in to fetch the file. It is kept until {{ until }}."""),
    html=_("""<h2>{{ name }}</h2>
<p>{{ rows }}.</p>
<p><a class="button" href="{{ link }}">Fetch the file</a></p>
<p class="muted">You will be asked to sign in. The file is kept until {{ until }}.</p>"""),
    variables={
        "name": NAME,
        "rows": Variable(_("How many records are in it."), "1,284 rows"),
        "link": Variable(_("Leads to the file."), "https://crm.example.com/exports/scheduled/", is_link=True),
        "until": Variable(_("When the link and the file expire."), "2026-12-05 07:00"),
    },
)

SCHEDULED_EXPORT_FAILED = MailKind(
    name="scheduled_export_failed",
    label=_("Scheduled export failed"),
    about=_("A scheduled export could not be written or delivered, after the last try."),
    subject=_("{{ name }}: the export was not delivered"),
    text=_("""{{ name }}: this run was not delivered.

{{ reason }}

{{ link }}"""),
    html=_("""<h2>{{ name }}</h2>
<p>This run was not delivered.</p>
<p class="box">{{ reason }}</p>
<p><a class="button" href="{{ link }}">Look at the schedule</a></p>"""),
    variables={
        "name": NAME,
        "reason": Variable(_("Why not."), "The server cannot be reached."),
        "link": Variable(_("The page of the schedule."), "https://crm.example.com/exports/schedules/", is_link=True),
    },
)
