"""Every resource under /api/v1/, with or without a trailing slash."""

from django.urls import include, path

from crm.core.api.routing import AnySlashRouter
from customers.api import CustomerViewSet

app_name = "api"

router = AnySlashRouter()
router.register("customers", CustomerViewSet, basename="customers")

urlpatterns = [path("", include(router.urls))]
