from django.urls import path

from crm.intake.views import letters

app_name = "letters"

urlpatterns = [
    path("", letters.LetterList.as_view(), name="list"),
    path("address/", letters.CopyAddressRenew.as_view(), name="address"),
    path("<uuid:pk>/", letters.LetterDetail.as_view(), name="detail"),
    path("<uuid:pk>/file/", letters.LetterFile.as_view(), name="file"),
    path("<uuid:pk>/share/", letters.LetterShare.as_view(), name="share"),
    path("<uuid:pk>/dismiss/", letters.LetterDismiss.as_view(), name="dismiss"),
    path("<uuid:pk>/delete/", letters.LetterDelete.as_view(), name="delete"),
]
