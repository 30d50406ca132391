from django.urls import path

from crm.transfer.export_templates import views as templates
from crm.transfer.exports import views
from crm.transfer.schedules import views as schedules

app_name = "exports"

urlpatterns = [
    path("", views.ExportList.as_view(), name="list"),
    path("new/", views.ExportNew.as_view(), name="new"),
    path("create/", views.ExportCreate.as_view(), name="create"),
    path("templates/", templates.TemplateList.as_view(), name="templates_list"),
    path("templates/new/", templates.TemplateNew.as_view(), name="templates_new"),
    path("templates/create/", templates.TemplateCreate.as_view(), name="templates_create"),
    path("templates/<uuid:pk>/edit/", templates.TemplateEdit.as_view(), name="templates_edit"),
    path("templates/<uuid:pk>/delete/", templates.TemplateDelete.as_view(), name="templates_delete"),
    path("schedules/", schedules.ScheduleList.as_view(), name="schedules_list"),
    path("schedules/new/", schedules.ScheduleNew.as_view(), name="schedules_create"),
    path("schedules/<uuid:pk>/", schedules.ScheduleDetail.as_view(), name="schedules_detail"),
    path("schedules/<uuid:pk>/runs/", schedules.ScheduleRuns.as_view(), name="schedules_runs"),
    path("schedules/<uuid:pk>/edit/", schedules.ScheduleEdit.as_view(), name="schedules_edit"),
    path("schedules/<uuid:pk>/run/", schedules.ScheduleRun.as_view(), name="schedules_run"),
    path("schedules/<uuid:pk>/pause/", schedules.SchedulePause.as_view(), name="schedules_pause"),
    path("schedules/<uuid:pk>/resume/", schedules.ScheduleResume.as_view(), name="schedules_resume"),
    path("schedules/<uuid:pk>/delete/", schedules.ScheduleDelete.as_view(), name="schedules_delete"),
    path("scheduled/<str:token>/", schedules.ScheduledLink.as_view(), name="scheduled"),
    path("<uuid:pk>/", views.ExportDetail.as_view(), name="detail"),
    path("<uuid:pk>/progress/", views.ExportProgress.as_view(), name="progress"),
    path("<uuid:pk>/download/", views.ExportDownload.as_view(), name="download"),
    path("<uuid:pk>/manifest.json", views.ExportManifest.as_view(), name="manifest"),
    path("<uuid:pk>/delete/", views.ExportDelete.as_view(), name="delete"),
]
