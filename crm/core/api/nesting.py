"""Sub-collections: `GET` and `POST customers/{id}/contacts` are the contacts of one customer."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.urls import URLPattern, re_path
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.api.parsing import object_in
from crm.core.api.viewsets import RecordViewSet
from crm.core.canaries import reached
from crm.core.errors import NotFound, invalid_field


class NestedViewSet(RecordViewSet):
    """List and create among the records whose `link` is the parent of the address. A parent nobody sees is 404."""

    parent: ClassVar[type[Any]]
    link: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            self.parent_record = reached(self.parent.objects, self.actor).get(pk=kwargs["parent_pk"])
        except (self.parent.DoesNotExist, ValidationError, ValueError):
            raise NotFound() from None
        self.beside_canary = getattr(self.parent_record, "is_canary", False)

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(**{self.link: self.parent_record})

    def create(self, request: Request, **kwargs: Any) -> Response:
        data = object_in(request.data)
        if data.get(self.link, str(self.parent_record.pk)) != str(self.parent_record.pk):
            raise invalid_field(self.link, "The address names another record.", "contradiction")
        serializer = self.get_serializer(data={**data, self.link: str(self.parent_record.pk)})
        serializer.is_valid(raise_exception=True)
        record = type(self).create_service(self.actor, **serializer.validated_data)
        return self.answer_again(record.pk, 201)

    def list(self, request: Request, **kwargs: Any) -> Response:
        return super().list(request)


def sub_collection(address: str, viewset: type[NestedViewSet], name: str, writable: bool = True) -> URLPattern:
    """`customers/contacts` → `customers/{id}/contacts`, with or without a trailing slash."""
    parent, _, child = address.partition("/")
    methods: dict[str, Any] = {"get": "list", "post": "create"} if writable else {"get": "list"}
    return re_path(rf"^{parent}/(?P<parent_pk>[^/.]+)/{child}/?$", viewset.as_view(methods), name=name)
