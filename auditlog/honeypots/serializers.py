"""The API's form of a ban."""

from rest_framework import serializers

from auditlog.honeypots.bans import LONGEST_HOURS
from auditlog.models import AddressBan
from crm.core.api.serializing import RecordSerializer, StrictSerializer


class AddressBanSerializer(RecordSerializer):
    """`state`: acting, lifted or over. `times` counts bans since the network was last forgotten or lifted."""

    state = serializers.ChoiceField(choices=("acting", "lifted", "over"), read_only=True)
    times = serializers.IntegerField(read_only=True)

    class Meta:
        model = AddressBan
        fields = (
            *("id", "version", "created_at", "updated_at", "network", "reason", "source", "state", "times"),
            *("since", "until", "banned_by", "lifted_by"),
        )
        read_only_fields = fields


class NewBanSerializer(StrictSerializer):
    """Without `hours`: ten minutes, an hour, a day, the more often the longer."""

    address = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=255)
    hours = serializers.IntegerField(min_value=1, max_value=LONGEST_HOURS, required=False)
