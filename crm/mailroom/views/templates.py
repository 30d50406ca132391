"""Pages of the mail templates: which there are, one in hand, its preview, its words as shipped, a test."""

import base64
import hashlib
import re
from html import unescape
from typing import Any, cast

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from crm.core.access import requires
from crm.core.errors import Invalid, Stale
from crm.core.listing import refuse_unknown
from crm.core.pages import ActorPage
from crm.core.requests import CrmRequest
from crm.mailroom.forms import TemplateForm
from crm.mailroom.templates import (
    Standing,
    mail_template_reset,
    mail_template_test,
    mail_template_update,
    standing_of,
    standings,
)
from crm.outbox.mail_kinds import COMMON
from crm.outbox.mail_markup import dark_rules
from crm.outbox.mail_writing import Wording, faults, page, write_as

STYLE = re.compile(r' style="([^"]*)"')


@requires("emails:read")
class TemplateList(ActorPage):
    def get(self, request: CrmRequest) -> HttpResponse:
        refuse_unknown(request.GET, set())
        return TemplateResponse(request, "settings/emails/templates.html", {"standings": standings(self.actor)})


@requires("emails:read")
@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
class TemplatePage(ActorPage):
    """The words with a preview beside them; saved by who may manage e-mail."""

    def get(self, request: CrmRequest, name: str) -> HttpResponse:
        refuse_unknown(request.GET, set())
        standing = standing_of(self.actor, name)
        return self._render(standing, TemplateForm(initial=_initial(standing)))

    def post(self, request: CrmRequest, name: str) -> HttpResponse:
        form, standing = TemplateForm(request.POST), standing_of(self.actor, name)
        if not form.is_valid():
            return self._render(standing, form, 422)
        values = dict(form.cleaned_data)
        version = values.pop("version")
        try:
            mail_template_update(self.actor, name, version=version, **values)
        except (Invalid, Stale) as refusal:
            form.refuse(refusal)
            return self._render(standing, form, refusal.status)
        messages.success(request, _("Saved: the next mail of this kind has these words."))
        return redirect("settings:emails_templates_detail", name=name)

    def _render(self, standing: Standing, form: TemplateForm, status: int = 200) -> HttpResponse:
        variables = [(name, one) for name, one in {**standing.kind.variables, **COMMON}.items()]
        context = {"standing": standing, "form": form, "variables": variables}
        context["may_edit"] = bool(self.actor.may("emails:manage"))
        return TemplateResponse(self.request, "settings/emails/template.html", context, status=status)


@requires("emails:read")
@method_decorator(xframe_options_sameorigin, name="dispatch")
class TemplatePreview(ActorPage):
    """The mail with its samples, alone in its frame: no script runs there, and nothing is fetched from elsewhere."""

    def get(self, request: CrmRequest, name: str) -> HttpResponse:
        refuse_unknown(request.GET, {"theme"})
        standing = standing_of(self.actor, name)
        return self._show(standing, standing.wording, request.GET.get("theme", ""))

    def post(self, request: CrmRequest, name: str) -> HttpResponse:
        """What is in the form, saved or not."""
        return self._show(standing_of(self.actor, name), sent(request), request.POST.get("theme", ""))

    def _show(self, standing: Standing, wording: Wording, theme: str) -> HttpResponse:
        if found := faults(standing.kind, wording):
            listed = format_html_join("", "<p><strong>{}</strong> {}</p>", found.items())
            return shown_alone(page("", listed, dark=theme == "dark"), status=422)
        mail = write_as(standing.kind, wording, standing.kind.samples, to="olive@north.example", dark=theme == "dark")
        return shown_alone(mail.html)


@requires("emails:manage")
class TemplateReset(ActorPage):
    def post(self, request: CrmRequest, name: str) -> HttpResponse:
        mail_template_reset(self.actor, name)
        messages.success(request, _("The mail has the words it was shipped with; the trail keeps the others."))
        return redirect("settings:emails_templates_detail", name=name)


@requires("emails:manage")
class TemplateTest(ActorPage):
    """To whoever asks, and to nobody else."""

    def post(self, request: CrmRequest, name: str) -> HttpResponse:
        address = cast(Any, request.user).email
        try:
            mail_template_test(self.actor, name, to=address)
        except Invalid as refusal:
            messages.error(request, " ".join(detail["message"] for detail in refusal.details))
        else:
            messages.success(request, _("A test is on its way to {address}.").format(address=address))
        return redirect("settings:emails_templates_detail", name=name)


def sent(request: CrmRequest) -> Wording:
    return Wording(*(request.POST.get(name, "").replace("\r\n", "\n") for name in ("subject", "text", "html")))


def shown_alone(html: str, status: int = 200) -> HttpResponse:
    """A policy of its own that allows exactly the styles in it, in an origin that is nobody's."""
    styles = sorted({unescape(style) for style in STYLE.findall(html)})
    rules = [rule for rule in (dark_rules(), dark_rules(always=True)) if rule in html]
    allowed = " ".join(f"'sha256-{_sha256(text)}'" for text in (*styles, *rules))
    policy = (
        f"default-src 'none'; style-src 'unsafe-hashes' {allowed}; img-src 'self' data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    return HttpResponse(html, status=status, headers={"Content-Security-Policy": policy})


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _initial(standing: Standing) -> dict[str, Any]:
    words = standing.wording
    return {"version": standing.version, "subject": words.subject, "text": words.text, "html": words.html}
