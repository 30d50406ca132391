from django.urls import path

from deals.views import board, conversion
from deals.views import deals as views

app_name = "deals"

urlpatterns = [
    path("", views.DealList.as_view(), name="list"),
    path("board/", board.Board.as_view(), name="board"),
    path("board/<uuid:pk>/cards/", board.BoardColumn.as_view(), name="board_column"),
    path("new/", views.DealCreate.as_view(), name="create"),
    path("options/", views.DealOptions.as_view(), name="options"),
    path("bulk/", views.DealBulk.as_view(), name="bulk"),
    path("for-customer/<uuid:pk>/", views.DealsForCustomer.as_view(), name="for_customer"),
    path("for-contact/<uuid:pk>/", views.DealsForContact.as_view(), name="for_contact"),
    path("convert-lead/<uuid:pk>/", conversion.ConvertLead.as_view(), name="convert_lead"),
    path("<uuid:pk>/", views.DealDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", views.DealEdit.as_view(), name="edit"),
    path("<uuid:pk>/history/", views.DealHistory.as_view(), name="history"),
    path("<uuid:pk>/fields/<str:name>/", views.DealField.as_view(), name="field"),
    path("<uuid:pk>/move/", board.DealMove.as_view(), name="move"),
    path("<uuid:pk>/move/<uuid:stage>/", board.DealMove.as_view(), name="move_to"),
    path("<uuid:pk>/timeline/", views.DealTimeline.as_view(), name="timeline"),
    path("<uuid:pk>/planned/", views.DealPlanned.as_view(), name="planned"),
    path("<uuid:pk>/contacts/", views.DealContactAdd.as_view(), name="contact_add"),
    path("<uuid:pk>/contacts/<uuid:contact>/remove/", views.DealContactRemove.as_view(), name="contact_remove"),
    path("<uuid:pk>/archive/", views.DealArchive.as_view(), name="archive"),
    path("<uuid:pk>/restore/", views.DealRestore.as_view(), name="restore"),
    path("<uuid:pk>/delete/", views.DealDelete.as_view(), name="delete"),
]
