from django.urls import path

from customers.views import notes as views

app_name = "notes"

urlpatterns = [
    path("<slug:subject>/<uuid:pk>/log/", views.NoteLog.as_view(), name="log"),
    path("<slug:subject>/<uuid:pk>/people/", views.NotePeople.as_view(), name="people"),
    path("<uuid:pk>/", views.NoteShow.as_view(), name="show"),
    path("<uuid:pk>/edit/", views.NoteEdit.as_view(), name="edit"),
    path("<uuid:pk>/pin/", views.NotePin.as_view(), name="pin"),
    path("<uuid:pk>/delete/", views.NoteDelete.as_view(), name="delete"),
    path("<uuid:pk>/restore/", views.NoteRestore.as_view(), name="restore"),
]
