"""Traces by OpenTelemetry; loaded where OTEL_EXPORTER_OTLP_ENDPOINT is set (crm/core/seeing_settings.py)."""
