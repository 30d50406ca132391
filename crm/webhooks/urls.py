from django.urls import path

from crm.webhooks import views

app_name = "webhooks"

urlpatterns = [
    path("", views.WebhookList.as_view(), name="list"),
    path("new/", views.WebhookCreate.as_view(), name="create"),
    path("<uuid:pk>/", views.WebhookDetail.as_view(), name="detail"),
    path("<uuid:pk>/edit/", views.WebhookEdit.as_view(), name="edit"),
    path("<uuid:pk>/rotate/", views.WebhookRotate.as_view(), name="rotate"),
    path("<uuid:pk>/test/", views.WebhookTest.as_view(), name="test"),
    path("<uuid:pk>/on/", views.WebhookOn.as_view(), name="on"),
    path("<uuid:pk>/off/", views.WebhookOff.as_view(), name="off"),
    path("<uuid:pk>/replay/", views.WebhookReplay.as_view(), name="replay"),
    path("<uuid:pk>/delete/", views.WebhookDelete.as_view(), name="delete"),
    path("<uuid:pk>/deliveries/<uuid:delivery_pk>/", views.DeliveryDetail.as_view(), name="delivery"),
    path("<uuid:pk>/deliveries/<uuid:delivery_pk>/progress/", views.DeliveryProgress.as_view(), name="progress"),
    path("<uuid:pk>/deliveries/<uuid:delivery_pk>/replay/", views.DeliveryReplay.as_view(), name="delivery_replay"),
]
