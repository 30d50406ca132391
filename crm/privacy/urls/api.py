"""Beside crm.api, which is on the same floor and knows nothing of this app."""

from django.urls import include, re_path

from crm.core.api.routing import AnySlashRouter
from crm.privacy.api import SubjectRequestViewSet
from crm.privacy.retention_api import RetentionPolicyViewSet

app_name = "privacy_api"

router = AnySlashRouter()
router.register("compliance/subject-requests", SubjectRequestViewSet, basename="subject-requests")
router.register("compliance/retention-policies", RetentionPolicyViewSet, basename="retention-policies")

urlpatterns = [re_path("", include(router.urls))]
