"""Events in words, for the pages of the trail."""

from django import template

from auditlog import wording
from auditlog.models import AuditEvent

register = template.Library()
register.filter("noun", wording.noun_of)
register.filter("in_words", wording.in_words)
register.filter("action_label", wording.action_label)
register.filter("changed_fields", wording.changed_fields)
register.filter("address_of", wording.address_of)


@register.filter
def kind(event: AuditEvent) -> str:
    """`updated` of `customers.updated`: picks the tone of the badge."""
    return event.action.rpartition(".")[2]
