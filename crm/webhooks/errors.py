"""Refusals about webhooks."""

from crm.core.errors import Conflict


class TooManyWebhooks(Conflict):
    code, message = "too_many_webhooks", "The team has as many webhooks as it can have. Delete one first."


class NothingToReplay(Conflict):
    code, message = "nothing_to_replay", "It is on its way already, or its endpoint is switched off."
