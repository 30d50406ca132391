"""The mail to somebody who was named in a note. It says where, and leaves what was written in the house."""

from django.utils.translation import gettext_lazy as _

from crm.outbox.mail_kinds import MailKind, Variable

MENTION = MailKind(
    name="mention",
    label=_("Mention"),
    about=_("Somebody was named with @ in a note."),
    subject=_("{{ author }} mentioned you in a note about {{ record }}"),
    text=_("""{{ author }} mentioned you in a note about {{ record }}:

{{ link }}"""),
    html=_("""<h2>You were mentioned</h2>
<p>{{ author }} mentioned you in a note about {{ record }}.</p>
<p><a class="button" href="{{ link }}">Read it</a></p>
<p class="muted">{{ link }}</p>"""),
    variables={
        "author": Variable(_("Who wrote the note."), "Olive Owner"),
        "record": Variable(_("What the note is about."), "Acme"),
        "link": Variable(_("The page of the record."), "https://crm.example.com/customers/", is_link=True),
    },
)
