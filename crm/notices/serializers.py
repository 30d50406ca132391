"""The API's form of notifications and preferences."""

from typing import Any

from rest_framework import serializers

from crm.core.api.serializing import RecordSerializer, StrictSerializer
from crm.notices.channels import choices_of, settings_of, shown
from crm.notices.kinds import ALL, KINDS
from crm.notices.models import MOST_COUNTED, Mail, Notification
from crm.notices.timing import Snooze

KIND_CHOICES = [(kind.name, kind.label) for kind in ALL]


class NotificationSerializer(RecordSerializer):
    """`link` is a path; it is empty, as is the text, where the subject is out of reach by now. `count` is how many
    records it is about. `snoozed_until` is null unless it was put off."""

    kind = serializers.ChoiceField(choices=KIND_CHOICES, read_only=True)
    title = serializers.CharField(source="heading", read_only=True)
    subject_id = serializers.UUIDField(read_only=True, allow_null=True)
    snoozed_until = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Notification
        fields = (
            *("id", "kind", "title", "text", "link", "subject_type", "subject_id", "count"),
            *("created_at", "shown_at", "read_at", "snoozed_until"),
        )
        read_only_fields = fields


class SnoozeSerializer(StrictSerializer):
    until = serializers.ChoiceField(choices=Snooze.choices)


class ReadAllSerializer(StrictSerializer):
    """Without a `kind`: all that are shown."""

    kind = serializers.ChoiceField(choices=KIND_CHOICES, required=False)


class MarkedSerializer(serializers.Serializer):
    read = serializers.IntegerField()


class UnreadSerializer(serializers.Serializer):
    """`count_is_estimate` where there are more than are counted."""

    unread = serializers.IntegerField(max_value=MOST_COUNTED)
    count_is_estimate = serializers.BooleanField()


class NoticeChoiceSerializer(StrictSerializer):
    in_page = serializers.BooleanField(required=False)
    mail = serializers.ChoiceField(choices=Mail.choices, required=False)


class PreferencesSerializer(StrictSerializer):
    """Hours are those of one's own time zone; what is left out stays. Quiet hours are two, or none: null, null."""

    kinds = serializers.DictField(child=NoticeChoiceSerializer(), required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    digest_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)


def preferences_of(person_id: Any) -> dict[str, Any]:
    chosen = choices_of(person_id, KINDS)
    kinds = {name: {"in_page": one.in_page, "mail": one.mail.value} for name, one in chosen.items()}
    return {"kinds": kinds, **shown(settings_of(person_id))}
