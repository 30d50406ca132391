"""REST resources of this app; permissions follow from `resource`."""

from typing import Any

from django.urls import URLPattern, re_path

from crm.core.api.nesting import sub_collection
from deals.api.activities import (
    ActivitiesOfContact,
    ActivitiesOfCustomer,
    ActivitiesOfDeal,
    ActivitiesOfLead,
    ActivityViewSet,
)
from deals.api.conversion import LeadConversionViewSet
from deals.api.deals import DealsOfCustomer, DealViewSet, DocumentsOfDeal, NotesOfDeal
from deals.api.people import DealContactsViewSet
from deals.api.pipelines import PipelineViewSet, StageViewSet

CONVERT: dict[str, Any] = {"post": "convert"}
PEOPLE: dict[str, Any] = {"get": "people", "post": "add", "put": "replace"}

RESOURCES: dict[str, type[Any]] = {
    "deals": DealViewSet,
    "pipelines": PipelineViewSet,
    "stages": StageViewSet,
    "activities": ActivityViewSet,
}

SUB_COLLECTIONS: list[URLPattern] = [
    re_path(
        r"^leads/(?P<pk>[^/.]+)/convert/?$", LeadConversionViewSet.as_view({"post": "convert"}), name="lead-convert"
    ),
    re_path(r"^deals/(?P<pk>[^/.]+)/contacts/?$", DealContactsViewSet.as_view(PEOPLE), name="deal-contacts"),
    re_path(
        r"^deals/(?P<pk>[^/.]+)/contacts/(?P<contact>[^/.]+)/?$",
        DealContactsViewSet.as_view({"delete": "remove"}),
        name="deal-contact",
    ),
    sub_collection("customers/deals", DealsOfCustomer, "customer-deals"),
    sub_collection("customers/activities", ActivitiesOfCustomer, "customer-activities"),
    sub_collection("contacts/activities", ActivitiesOfContact, "contact-activities"),
    sub_collection("leads/activities", ActivitiesOfLead, "lead-activities"),
    sub_collection("deals/activities", ActivitiesOfDeal, "deal-activities"),
    sub_collection("deals/notes", NotesOfDeal, "deal-notes"),
    sub_collection("deals/documents", DocumentsOfDeal, "deal-documents"),
]
