"""The page of a web form, for people without an account, and what a form on another site posts to.

Nothing of a session is used and no cookie is set, so there is nothing that another site could misuse.
"""

import hashlib
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from crm.capture import stamps
from crm.capture.actors import actor_of
from crm.capture.doors import Door, source_at, within_limits
from crm.capture.errors import OriginNotAllowed
from crm.capture.models import Kind, LeadSource, State
from crm.capture.public_form import HONEYPOT, STAMP, PublicForm
from crm.capture.reading import raw_of_form, read_values
from crm.capture.receiving import Entry, submission_receive
from crm.core.access import public
from crm.core.errors import Detail
from crm.core.requests import CrmRequest, origin_of

DOOR = Door(Kind.FORM, largest=65_536, of_address="20/min", of_source="300/min")
# Neither of the lead nor of the visitor.
OURS = (STAMP, HONEYPOT, "csrfmiddlewaretoken")
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@public("whoever has the form's address may write to the team; nothing of theirs or of ours is shown")
@method_decorator(csrf_exempt, name="dispatch")
class WebForm(View):
    def get(self, request: CrmRequest, token: str) -> HttpResponse:
        return shown(request, source_at(token, Kind.FORM))

    def post(self, request: CrmRequest, token: str) -> HttpResponse:
        source = source_at(token, Kind.FORM)
        DOOR.ensure_small(request)
        verdict = within_limits(request, source, DOOR)
        if not verdict.allowed:
            said = _("Too many were sent at once. Wait %(seconds)d seconds and send it again.")
            waiting = shown(request, source, [_said("rate_limited", said % {"seconds": verdict.reset})], 429)
            waiting.headers["Retry-After"] = str(verdict.reset)
            return waiting
        return received(request, source)


def received(request: CrmRequest, source: LeadSource) -> HttpResponse:
    """Bots get the answer that people get, so that they learn nothing."""
    now, site = timezone.now(), site_of(request)
    stamp = stamps.read(source, request.POST.get(STAMP, ""))
    is_embedded = site in source.allowed_origins
    is_foreign = bool(site) and not is_embedded and site not in own_sites(request)
    is_stale = not is_embedded if stamp is None else stamp.is_too_late(now)
    suspicion = _suspicion(request, stamp, now)
    if is_stale and not suspicion and not is_foreign:
        return shown(request, source, [_said("stale_form", _("The form was open for long. Send it once more."))], 422)
    stamp = stamp or stamps.new_stamp(now, ago=stamps.SOONEST)
    objection = _said(OriginNotAllowed.code, f"{OriginNotAllowed.message} ({site})") if is_foreign else None
    entry = entry_of(request, source, stamp.nonce, suspicion, objection)
    kept, _is_new = submission_receive(actor_of(source, origin_of(request)), source, entry)
    if objection and not suspicion:
        raise OriginNotAllowed()
    if kept.state == State.REFUSED or (kept.state == State.MENDED and kept.lead_id is None):
        return shown(request, source, kept.reasons, 422, stamp)
    return thanked(source)


def entry_of(
    request: CrmRequest, source: LeadSource, nonce: str, suspicion: Detail | None, objection: Detail | None
) -> Entry:
    """The key is the visit and what was written: a double click is one, a correction another."""
    texts = {name: texts for name, texts in request.POST.lists() if name not in OURS}
    if suspicion:
        texts |= {HONEYPOT: request.POST.getlist(HONEYPOT)} if HONEYPOT in request.POST else {}
    body = json.dumps(texts, ensure_ascii=False)
    read = read_values(source, raw_of_form(source, texts))
    read.consented = bool(source.consent_text) and "consent" in texts
    key = hashlib.sha256(f"{nonce}\n{body}".encode("utf-8", "backslashreplace")).hexdigest()
    return Entry(body, read, key=key, nonce=nonce, suspicion=suspicion, objection=objection)


def shown(
    request: CrmRequest, source: LeadSource, faults: list[Detail] | None = None, status: int = 200,
    stamp: stamps.Stamp | None = None,
) -> HttpResponse:  # fmt: skip
    """With what was typed, where something was; who is asked again may answer at once."""
    stamp = stamp or stamps.new_stamp(timezone.now(), ago=stamps.SOONEST if faults else timedelta())
    form = PublicForm(source, request.POST if faults else None, faults or ())
    context = {"source": source, "form": form, "stamp": stamps.written(source, stamp), "honeypot": HONEYPOT}
    response = TemplateResponse(request, "capture/public/form.html", context, status=status, headers=HEADERS)
    if source.redirect_url:  # browsers hold a redirect after a form to this, too
        response._csp_update = {"form-action": [_site(source.redirect_url)]}  # type: ignore[attr-defined]
    return response


def thanked(source: LeadSource) -> HttpResponse:
    if source.redirect_url:
        return HttpResponseRedirect(source.redirect_url, headers=HEADERS)
    return redirect("capture_public:thanks", token=source.token)


@public("what somebody sees who has just sent a form")
class Thanks(View):
    def get(self, request: CrmRequest, token: str) -> HttpResponse:
        source = source_at(token, Kind.FORM)
        return TemplateResponse(request, "capture/public/thanks.html", {"source": source}, headers=HEADERS)


def site_of(request: CrmRequest) -> str:
    """Where the form stood, as the browser says: a page cannot lie about it. Empty where nothing was said."""
    return request.headers.get("Origin", "").lower()


def own_sites(request: CrmRequest) -> set[str]:
    return {_site(settings.PUBLIC_URL), f"{request.scheme}://{request.get_host()}".lower()}


def _site(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _suspicion(request: CrmRequest, stamp: stamps.Stamp | None, now: datetime) -> Detail | None:
    if any(request.POST.getlist(HONEYPOT)):
        return _said("honeypot", "A field was filled in that nobody can see.")
    if stamp and stamp.is_too_soon(now):
        return _said("too_fast", "It was sent faster than anybody can write.")
    return None


def _said(code: str, message: str) -> Detail:
    return {"field": "", "code": code, "message": message}
