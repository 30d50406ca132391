"""Mails about what somebody is told. Each can be stopped: by one's own preferences, or by the link in the mail."""

from django.utils.translation import gettext_lazy as _

from crm.outbox.mail_kinds import MailKind, Variable

TITLE = _("What is told, in one line.")
LINK = Variable(_("Leads to what it is about."), "https://crm.example.com/notifications/", is_link=True)
CHOICES = Variable(
    _("Where the reader chooses what they are told."), "https://crm.example.com/notifications/settings/", is_link=True
)

TEXT = _("""{{ title }}
{% if text %}
{{ text }}
{% endif %}
{{ link }}

Choose what you are told, and how: {{ settings }}""")
HTML = _("""<h2>{{ title }}</h2>
{% if text %}<p>{{ text }}</p>{% endif %}
<p><a class="button" href="{{ link }}">Open it</a></p>
<p class="muted"><a href="{{ settings }}">Choose what you are told, and how</a></p>""")


def _kind(name: str, label: object, about: object, sample: str, text: str) -> MailKind:
    return MailKind(
        name=name,
        label=label,  # type: ignore[arg-type]
        about=about,  # type: ignore[arg-type]
        subject="{{ title }}",
        text=TEXT,
        html=HTML,
        variables={
            "title": Variable(TITLE, sample),
            "text": Variable(_("More about it, where there is more."), text),
            "link": LINK,
            "settings": CHOICES,
        },
        is_transactional=False,
    )


ASSIGNMENT = _kind(
    "assignment", _("Assignment"), _("A record or an activity became somebody's."),
    "Olive Owner assigned Acme to you", "Customer",
)  # fmt: skip
REMINDER = _kind(
    "reminder", _("Reminder"), _("An activity is due or overdue, or a deal waits for its next step."),
    "Overdue: Ring Ann", "Call · Acme",
)  # fmt: skip
WORK_DONE = _kind(
    "work_done", _("Finished work"), _("An import, an export or a change of many records has finished."),
    "Your import of people.csv has finished", "1,284 created, 3 failed",
)  # fmt: skip

DIGEST = MailKind(
    name="digest",
    label=_("Daily summary"),
    about=_("Once a day, at the hour that the reader chose: what was not read yet."),
    subject=_("{{ product }}: {{ count }} for {{ day }}"),
    text=_("""{{ count }} for {{ day }}:

{{ list }}

{{ link }}

Choose what you are told, and how: {{ settings }}"""),
    html=_("""<h2>{{ count }} for {{ day }}</h2>
<p class="box lines">{{ list }}</p>
<p><a class="button" href="{{ link }}">Look at them</a></p>
<p class="muted"><a href="{{ settings }}">Choose what you are told, and how</a></p>"""),
    variables={
        "count": Variable(_("How many there are."), "3 notifications"),
        "day": Variable(_("The reader's day."), "28 Nov 2026"),
        "list": Variable(_("One line for each, the newest first."), "Overdue: Ring Ann\nOverdue: Send the offer"),
        "link": LINK,
        "settings": CHOICES,
    },
    is_transactional=False,
)

NOTICE_MAILS = (ASSIGNMENT, REMINDER, WORK_DONE, DIGEST)
