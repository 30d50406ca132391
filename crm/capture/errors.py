"""Refusals at the doors where leads come in, and about who keeps them."""

from crm.core.errors import BadRequest, Conflict, CrmError, Forbidden, Unauthenticated


class SourceOff(CrmError):
    status, code = 410, "lead_source_off"
    message = "This form is closed. Nothing was kept."


class BadSignature(Unauthenticated):
    code = "invalid_signature"
    message = "The signature is not one of this endpoint's secret over id, timestamp and body."


class MissingSignature(Unauthenticated):
    code = "missing_signature"
    message = "Send webhook-id, webhook-timestamp and webhook-signature, as Standard Webhooks says."


class OldSignature(Unauthenticated):
    code = "stale_signature"
    message = "webhook-timestamp is more than five minutes away from now. Sign each try anew."


class NotJson(BadRequest):
    code, message = "not_json", "The body has to be one JSON object."


class OriginNotAllowed(Forbidden):
    code = "origin_not_allowed"
    message = "This form may not be sent from that site. What was written is kept, and its owner sees why."


class NoSecret(Conflict):
    code, message = "no_secret", "A web form has no secret. Only an inbound webhook does."


class SubmissionsWaiting(Conflict):
    code = "submissions_waiting"
    message = "Some submissions still wait for mending. Turn them into leads or dismiss them first."


class NotWaiting(Conflict):
    code, message = "not_waiting", "This submission became a lead, or was dismissed, before."
