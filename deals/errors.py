"""Refusals that only selling knows."""

from crm.core.errors import Conflict


class AlreadyConverted(Conflict):
    code, message = "leads.already_converted", "This lead has been converted before."


class StillInUse(Conflict):
    code, message = "has_children", "Deals still use this. Move them first; nothing was changed."


class DefaultPipeline(Conflict):
    code = "default_pipeline"
    message = "This is the pipeline new deals start in. Make another one the default first."
