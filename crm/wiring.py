"""The one map of every coupling: who may call library views, who follows which event."""

from crm.core.access import Access, declare_views


def wire() -> None:
    """Called once, when the URL configuration loads."""
    declare_views("allauth.account.", Access(public="signing in, signing out and resetting a password"))
    declare_views("django.contrib.staticfiles.", Access(public="static files"))
