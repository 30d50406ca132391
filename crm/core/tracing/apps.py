"""Sends a share of the traces to a collector by OTLP over HTTP, from a thread, in batches."""

from django.apps import AppConfig
from django.conf import settings
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from crm.core.trace import span_with
from crm.core.tracing.ids import OurTraceIds, Share
from crm.core.tracing.spans import work_span


class TracingConfig(AppConfig):
    name = "crm.core.tracing"
    label = "tracing"

    def ready(self) -> None:
        resource = Resource({"service.name": "vouch", "deployment.environment.name": settings.ENV.ENVIRONMENT})
        provider = TracerProvider(
            sampler=Share(settings.OTEL_SAMPLE_RATE), resource=resource, id_generator=OurTraceIds()
        )
        exporter = OTLPSpanExporter(f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter))
        trace.set_tracer_provider(provider)
        span_with(work_span)
