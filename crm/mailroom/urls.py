"""Pages of the mail room under /settings/emails/, which accounts.urls.settings includes."""

from django.urls import path

from crm.mailroom.views import queue, suppressions, templates

urlpatterns = [
    path("", queue.Queue.as_view(), name="emails_queue"),
    path("pause/", queue.Pause.as_view(), name="emails_queue_pause"),
    path("resume/", queue.Resume.as_view(), name="emails_queue_resume"),
    path("clean-up/", queue.CleanUp.as_view(), name="emails_queue_clean_up"),
    path("suppressed/", suppressions.Suppressions.as_view(), name="emails_suppressions"),
    path("suppressed/add/", suppressions.SuppressionAdd.as_view(), name="emails_suppressions_add"),
    path("suppressed/<uuid:pk>/remove/", suppressions.SuppressionRemove.as_view(), name="emails_suppressions_remove"),
    path("templates/", templates.TemplateList.as_view(), name="emails_templates"),
    path("templates/<slug:name>/", templates.TemplatePage.as_view(), name="emails_templates_detail"),
    path("templates/<slug:name>/preview/", templates.TemplatePreview.as_view(), name="emails_templates_preview"),
    path("templates/<slug:name>/reset/", templates.TemplateReset.as_view(), name="emails_templates_reset"),
    path("templates/<slug:name>/test/", templates.TemplateTest.as_view(), name="emails_templates_test"),
    path("<uuid:pk>/", queue.Mail.as_view(), name="emails_queue_detail"),
    path("<uuid:pk>/retry/", queue.Retry.as_view(), name="emails_queue_retry"),
    path("<uuid:pk>/cancel/", queue.Cancel.as_view(), name="emails_queue_cancel"),
]
