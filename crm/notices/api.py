"""`/api/v1/notifications`: one's own, and how one wants to be told."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.viewsets import ReadOnlyRecordViewSet
from crm.core.errors import Forbidden
from crm.notices import services
from crm.notices.filters import NoticeFilters
from crm.notices.models import MOST_COUNTED, Notification
from crm.notices.serializers import (
    MarkedSerializer,
    NotificationSerializer,
    PreferencesSerializer,
    ReadAllSerializer,
    SnoozeSerializer,
    UnreadSerializer,
    preferences_of,
)
from crm.notices.showing import veiled
from crm.notices.state import unread_count

WRITING = ("mark_read", "mark_unread", "read_all", "snooze", "choose")
READING = ("unread_count", "preferences")


class NotificationViewSet(ReadOnlyRecordViewSet):
    """The newest first; `?state=snoozed` are those put off, which no other list shows until they come back."""

    resource = "notifications"
    queryset = Notification.objects.all()
    serializer_class = NotificationSerializer
    filterset_class = NoticeFilters
    extra_permissions: ClassVar[dict[str, str]] = {
        **dict.fromkeys(WRITING, "notifications:write"),
        **dict.fromkeys(READING, "notifications:read"),
    }
    parameters: ClassVar[dict[str, set[str]]] = {
        **ReadOnlyRecordViewSet.parameters,
        **{name: set() for name in (*WRITING, *READING)},
    }

    def paginate_queryset(self, queryset: Any) -> Any:
        return veiled(self.actor, super().paginate_queryset(queryset) or ())

    def get_object(self) -> Notification:
        found: Notification = super().get_object()
        return veiled(self.actor, [found])[0]

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"], url_path="read")
    def mark_read(self, request: Request, pk: str) -> Response:
        services.notice_read(self.actor, pk)
        return self.answer(self.get_object())

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"], url_path="unread")
    def mark_unread(self, request: Request, pk: str) -> Response:
        services.notice_unread(self.actor, pk)
        return self.answer(self.get_object())

    @extend_schema(request=SnoozeSerializer, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """It is gone until then, and comes back unread and on top."""
        self.get_object()
        body = SnoozeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.notice_snooze(self.actor, pk, body.validated_data["until"])
        return self.answer(self.get_object())

    @extend_schema(request=ReadAllSerializer, responses=MarkedSerializer, filters=False, parameters=[])
    @action(detail=False, methods=["post"], url_path="read-all")
    def read_all(self, request: Request) -> Response:
        body = ReadAllSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response({"read": services.notices_read_all(self.actor, **body.validated_data)})

    @extend_schema(responses=UnreadSerializer, filters=False, parameters=[])
    @action(detail=False, url_path="unread-count", pagination_class=None)
    def unread_count(self, request: Request) -> Response:
        count = unread_count(self.actor)
        return Response({"unread": count, "count_is_estimate": count >= MOST_COUNTED})

    @extend_schema(responses=PreferencesSerializer, filters=False, parameters=[])
    @action(detail=False, pagination_class=None)
    def preferences(self, request: Request) -> Response:
        if self.actor.id is None:
            raise Forbidden("Not allowed: only a person chooses what they are told.")
        return Response(PreferencesSerializer(preferences_of(self.actor.id)).data)

    @extend_schema(
        request=PreferencesSerializer, responses=PreferencesSerializer, filters=False, parameters=[],
        operation_id="notifications_preferences_update",
    )  # fmt: skip
    @preferences.mapping.put
    def choose(self, request: Request) -> Response:
        body = PreferencesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.notice_preferences_update(self.actor, **body.validated_data)
        return Response(PreferencesSerializer(preferences_of(self.actor.id)).data)


RESOURCES: dict[str, type[Any]] = {"notifications": NotificationViewSet}
