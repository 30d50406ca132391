"""All addresses. Each app brings its own; errors are answered in one shape everywhere."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path, re_path

from accounts.views import sso
from accounts.views.passwords import PasswordSet
from crm.core import failures
from crm.mailroom.views.unsubscribe import Unsubscribe
from crm.ops import health
from crm.ops.metrics.exposing import metrics
from crm.wiring import wire

wire()

urlpatterns = [
    path("", include("crm.web.urls")),
    path("", include("accounts.oauth.urls")),
    path("accounts/login/", sso.SignIn.as_view(), name="account_login"),
    path("accounts/sso/", include("accounts.urls.sso")),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/password/set/", PasswordSet.as_view(), name="account_set_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/", include("accounts.urls.second_factor")),
    path("accounts/", include("accounts.urls.account")),
    path("unsubscribe/<str:token>/", Unsubscribe.as_view(), name="unsubscribe"),
    path("settings/lifecycles/", include("customers.urls.lifecycles")),
    path("settings/custom-fields/", include("customers.urls.custom_fields")),
    path("settings/webhooks/", include("crm.webhooks.urls")),
    path("settings/lead-sources/", include("crm.capture.urls")),
    path("", include("crm.capture.public_urls")),
    path("settings/mailboxes/", include("crm.intake.urls")),
    path("letters/", include("crm.intake.letter_urls")),
    path("settings/", include("accounts.urls.settings")),
    path("customers/", include("customers.urls.customers")),
    path("contacts/", include("customers.urls.contacts")),
    path("leads/", include("customers.urls.leads")),
    path("duplicates/", include("customers.urls.duplicates")),
    path("notes/", include("customers.urls.notes")),
    path("billing/", include("customers.urls.billing")),
    path("documents/", include("customers.urls.documents")),
    path("labels/", include("customers.urls.labels")),
    path("deals/", include("deals.urls.deals")),
    path("activities/", include("deals.urls.activities")),
    path("imports/", include("crm.transfer.urls")),
    path("exports/", include("crm.transfer.exports.urls")),
    path("bulk/", include("crm.bulk.urls")),
    path("views/", include("crm.lists.urls")),
    path("notifications/", include("crm.notices.urls")),
    path("audit/", include("auditlog.urls")),
    path("security/", include("auditlog.security_urls")),
    path("", include("auditlog.honeypots.urls")),
    path("compliance/subjects/", include("crm.privacy.urls.subjects")),
    path("compliance/retention/", include("crm.privacy.urls.retention")),
    path("api/v1/", include("crm.privacy.urls.api")),
    path("compliance/", include("crm.compliance.urls")),
    path("api/v1/", include("crm.compliance.addresses")),
    path("api/v1/", include("crm.webhooks.addresses")),
    path("api/v1/", include("crm.capture.addresses")),
    path("api/v1/", include("crm.api.urls")),
    path("", include("crm.agents.urls")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = failures.bad_request
handler403 = failures.permission_denied
handler404 = failures.page_not_found
handler429 = failures.too_many_requests
handler500 = failures.server_error
