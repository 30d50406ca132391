from django.urls import path

from customers.billing import views

app_name = "billing"

urlpatterns = [
    path("<uuid:pk>/", views.ForCustomer.as_view(), name="for_customer"),
    path("<uuid:pk>/edit/", views.BillingEdit.as_view(), name="edit"),
]
