from django.urls import path

from crm.intake.views import mailboxes

app_name = "mailboxes"

urlpatterns = [
    path("", mailboxes.MailboxList.as_view(), name="list"),
    path("new/", mailboxes.MailboxCreate.as_view(), name="create"),
    path("<uuid:pk>/", mailboxes.MailboxDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", mailboxes.MailboxEdit.as_view(), name="edit"),
    path("<uuid:pk>/probe/", mailboxes.MailboxProbe.as_view(), name="probe"),
    path("<uuid:pk>/delete/", mailboxes.MailboxDelete.as_view(), name="delete"),
]
