"""What administrators look after: people, teams, roles, clients, keys, rules of sign-in."""

from typing import Any

from django.urls import include, path

from accounts.views import access, all_api_keys, areas, clients, invitations, locks, people, roles, sessions, sso, teams
from accounts.views.passwords import PasswordPolicyPage
from crm.ops import job_views
from crm.ops.backups import views as backup_views

app_name = "settings"

urlpatterns: list[Any] = [
    path("", areas.settings_home, name="home"),
    path("sso/", sso.SsoConnectionList.as_view(), name="sso"),
    path("sso/new/", sso.SsoConnectionCreate.as_view(), name="sso_create"),
    path("sso/<uuid:pk>/", sso.SsoConnectionEdit.as_view(), name="sso_edit"),
    path("sso/<uuid:pk>/delete/", sso.SsoConnectionDelete.as_view(), name="sso_delete"),
    path("people/<uuid:pk>/sessions/", sessions.PersonSessionList.as_view(), name="people_sessions"),
    path("people/<uuid:pk>/sessions/end-all/", sessions.PersonEverywhereEnd.as_view(), name="people_sessions_end_all"),
    path("people/", people.People.as_view(), name="people"),
    path("people/<uuid:pk>/", people.Person.as_view(), name="people_detail"),
    path("people/<uuid:pk>/edit/", people.PersonEdit.as_view(), name="people_edit"),
    path("people/<uuid:pk>/deactivate/", people.PersonDeactivate.as_view(), name="people_deactivate"),
    path("people/<uuid:pk>/reactivate/", people.PersonReactivate.as_view(), name="people_reactivate"),
    path("people/<uuid:pk>/factors/reset/", people.FactorReset.as_view(), name="people_factors_reset"),
    path("people/<uuid:pk>/hand-over/", people.PersonHandOver.as_view(), name="people_hand_over"),
    path(
        "people/<uuid:pk>/hand-over/<uuid:hand_over_pk>/undo/",
        people.HandOverUndo.as_view(),
        name="people_hand_over_undo",
    ),
    path("teams/", teams.Teams.as_view(), name="teams"),
    path("teams/new/", teams.TeamCreate.as_view(), name="teams_create"),
    path("teams/<uuid:pk>/", teams.TeamPage.as_view(), name="teams_detail"),
    path("teams/<uuid:pk>/edit/", teams.TeamEdit.as_view(), name="teams_edit"),
    path("teams/<uuid:pk>/delete/", teams.TeamDelete.as_view(), name="teams_delete"),
    path("teams/<uuid:pk>/members/", teams.MemberAdd.as_view(), name="teams_add"),
    path("teams/<uuid:team>/members/<uuid:pk>/", teams.MemberRemove.as_view(), name="teams_remove"),
    path("roles/", roles.Roles.as_view(), name="roles"),
    path("roles/new/", roles.RoleCreate.as_view(), name="roles_create"),
    path("roles/<uuid:pk>/", roles.RolePage.as_view(), name="roles_detail"),
    path("roles/<uuid:pk>/edit/", roles.RoleEdit.as_view(), name="roles_edit"),
    path("roles/<uuid:pk>/delete/", roles.RoleDelete.as_view(), name="roles_delete"),
    path("access/", access.AccessCheck.as_view(), name="access"),
    path("invitations/", invitations.InvitationsPage.as_view(), name="invitations"),
    path("invitations/<uuid:pk>/resend/", invitations.ResendInvitation.as_view(), name="invitation_resend"),
    path("invitations/<uuid:pk>/withdraw/", invitations.WithdrawInvitation.as_view(), name="invitation_withdraw"),
    path("passwords/", PasswordPolicyPage.as_view(), name="password_policy"),
    path("applications/", clients.ClientList.as_view(), name="clients"),
    path("applications/new/", clients.ClientCreate.as_view(), name="clients_create"),
    path("applications/<uuid:pk>/", clients.ClientDetail.as_view(), name="clients_detail"),
    path("applications/<uuid:pk>/edit/", clients.ClientEdit.as_view(), name="clients_edit"),
    path("applications/<uuid:pk>/rotate/", clients.ClientRotate.as_view(), name="clients_rotate"),
    path("applications/<uuid:pk>/disable/", clients.ClientDisable.as_view(), name="clients_disable"),
    path("applications/<uuid:pk>/enable/", clients.ClientEnable.as_view(), name="clients_enable"),
    path("applications/<uuid:pk>/delete/", clients.ClientDelete.as_view(), name="clients_delete"),
    path("api-keys/", all_api_keys.AllKeys.as_view(), name="api_keys"),
    path("emails/", include("crm.mailroom.urls")),
    path("jobs/", job_views.JobList.as_view(), name="jobs"),
    path("jobs/<uuid:pk>/", job_views.JobPage.as_view(), name="jobs_detail"),
    path("jobs/<uuid:pk>/switch/", job_views.job_switch, name="jobs_switch"),
    path("jobs/<uuid:pk>/run/", job_views.job_run, name="jobs_run"),
    path("backups/", backup_views.BackupList.as_view(), name="backups"),
    path("backups/new/", backup_views.backup_create, name="backups_create"),
    path("backups/<uuid:pk>/verify/", backup_views.backup_verify, name="backups_verify"),
    path("locks/", locks.LockList.as_view(), name="locks"),
    path("locks/<uuid:pk>/unlock/", locks.lock_open, name="lock_open"),
]
