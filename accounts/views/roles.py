"""Pages of roles: what each grants, permission by permission, and the look at a change before it is saved."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts import administration
from accounts.administration import SUPERADMIN, GrantChange, changes_between
from accounts.administration.grants import is_within
from accounts.filters import RoleFilters
from accounts.forms.people import RoleForm
from accounts.matrix import ACTION_ORDER, grants_from, matrix_of, narrowed
from accounts.models import Role
from accounts.reauthentication import FreshSignIn
from crm.core.access import requires
from crm.core.deletion import DeletePage
from crm.core.errors import Conflict, CrmError, Invalid, NotFound, Stale
from crm.core.pages import ActorPage, DetailPage, ListPage, visible
from crm.core.requests import CrmRequest

ACTIVE_PEOPLE = Count("users", filter=Q(users__is_active=True))


@requires("roles:read")
class Roles(ListPage):
    model = Role
    filters = RoleFilters
    template_name = "settings/roles.html"
    joins = ()

    def joined(self, rows: Any) -> Any:
        return rows.annotate(people=ACTIVE_PEOPLE)


@requires("roles:read")
class RolePage(DetailPage):
    model = Role
    template_name = "settings/role.html"
    joins = ()

    def extra_context(self, record: Role) -> dict[str, Any]:
        is_fixed = record.name == SUPERADMIN
        within = is_within(self.actor, record)
        return {
            "actions": ACTION_ORDER,
            "matrix": matrix_of(record.grants),
            "people": record.users.filter(is_active=True).count(),
            "is_fixed": is_fixed,
            "is_beyond": not within,
            "may_edit": bool(self.actor.may("roles:write")) and within and not is_fixed,
            "may_copy": bool(self.actor.may("roles:write")),
            "may_delete": bool(self.actor.may("roles:delete")) and within and not is_fixed,
        }


class RoleFormPage(FreshSignIn, ActorPage):
    """Edit → look at the difference → save. `step` says which of them was posted."""

    def role(self) -> Role:
        raise NotImplementedError

    def get(self, request: CrmRequest, **names: Any) -> HttpResponse:
        role = self.role()
        return self._edit(RoleForm(instance=role, actor=self.actor), role.grants)

    def post(self, request: CrmRequest, **names: Any) -> HttpResponse:
        role = self.role()
        form, grants = RoleForm(request.POST, instance=role, actor=self.actor), grants_from(request.POST)
        if not form.is_valid():
            return self._edit(form, grants, 422)
        if request.POST.get("step") == "edit":
            return self._edit(form, grants)
        if not grants:
            form.add_error(None, _("Choose at least one permission."))
            return self._edit(form, grants, 422)
        return self._save(form, grants) if request.POST.get("step") == "save" else self._review(form, grants)

    def _edit(self, form: RoleForm, grants: Mapping[str, str], status: int = 200) -> HttpResponse:
        context = {"form": form, "matrix": matrix_of(grants, self.actor), "actions": ACTION_ORDER, **self._about(form)}
        return TemplateResponse(self.request, "settings/role_form.html", context, status=status)

    def _review(self, form: RoleForm, grants: Mapping[str, str]) -> HttpResponse:
        role = form.instance
        changes = changes_between({} if role._state.adding else role.grants, grants)
        context = {
            "form": form,
            "grants": grants,
            "changes": [(one.permission, _word(one.before), _word(one.after)) for one in changes],
            "added": _count(changes, "added", "widened"),
            "removed": _count(changes, "removed", "narrowed"),
            "people": 0 if role._state.adding else role.users.filter(is_active=True).count(),
            **self._about(form),
        }
        return TemplateResponse(self.request, "settings/role_review.html", context)

    def _about(self, form: RoleForm) -> dict[str, Any]:
        return {"record": form.instance, "is_new": form.instance._state.adding}

    def _save(self, form: RoleForm, grants: Mapping[str, str]) -> HttpResponse:
        try:
            role = self.write(form, dict(grants))
        except (Invalid, Conflict, Stale) as refusal:
            return self._refused(form, grants, refusal)
        messages.success(self.request, _("%s was saved.") % role)
        return redirect("settings:roles_detail", pk=role.pk)

    def _refused(self, form: RoleForm, grants: Mapping[str, str], refusal: CrmError) -> HttpResponse:
        for detail in refusal.details or [{"field": "", "message": refusal.message}]:
            form.add_error(detail["field"] if detail["field"] in form.fields else None, detail["message"])
        return self._edit(form, grants, refusal.status)

    def write(self, form: RoleForm, grants: dict[str, str]) -> Role:
        raise NotImplementedError


@requires("roles:write")
class RoleCreate(RoleFormPage):
    """`?from=` starts with what another role grants, as far as the reader has it."""

    def role(self) -> Role:
        pk = self.request.GET.get("from")
        source = visible(Role.objects.all(), self.actor, pk) if pk else None
        return Role(grants=narrowed(self.actor, source.grants)) if source else Role()

    def write(self, form: RoleForm, grants: dict[str, str]) -> Role:
        return administration.role_create(self.actor, grants=grants, **form.values())


@requires("roles:write")
class RoleEdit(RoleFormPage):
    def role(self) -> Role:
        role: Role = visible(Role.objects.all(), self.actor, self.kwargs["pk"])
        if role.name == SUPERADMIN:
            raise NotFound()
        return role

    def write(self, form: RoleForm, grants: dict[str, str]) -> Role:
        version = form.cleaned_data["version"]
        return administration.role_update(self.actor, form.instance.pk, version=version, grants=grants, **form.values())


@requires("roles:delete")
class RoleDelete(FreshSignIn, DeletePage):
    model, service = Role, administration.role_delete
    list_url, detail_url = "settings:roles", "settings:roles_detail"


def _word(reach: Any) -> str:
    return reach.name.lower() if reach else ""


def _count(changes: list[GrantChange], *kinds: str) -> int:
    return sum(change.kind in kinds for change in changes)
