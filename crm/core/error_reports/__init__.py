"""Errors to Sentry, or what speaks its language; loaded where SENTRY_DSN is set (crm/core/seeing_settings.py)."""
