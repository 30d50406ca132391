"""One id for logs, audit events and traces; and which traces are sent.

OpenTelemetry's own sampler compares the last 64 bits of an id with a bound. Ours are UUIDs of version 7, whose 64 bits
begin with 10: a share under a half would choose none of them (open-telemetry/opentelemetry-dotnet issue 7750).
"""

import re
from collections.abc import Sequence
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanKind, TraceState, get_current_span

from crm.core.trace import current_trace_id

HEXADECIMAL = re.compile(r"[0-9a-f]{32}")
# Of our UUIDs the last 32 bits are random; those before count up within a millisecond.
RANDOM = (1 << 32) - 1


class OurTraceIds(RandomIdGenerator):
    """The id that logs have, where a caller sent none of another form; that is an attribute then."""

    def generate_trace_id(self) -> int:
        ours = current_trace_id()
        number = int(ours, 16) if HEXADECIMAL.fullmatch(ours) else 0
        return number or super().generate_trace_id()


class Share(Sampler):
    """Of the traces this share, each as a whole."""

    def __init__(self, share: float) -> None:
        self.bound = round(share * (RANDOM + 1))

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Any = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        parent = get_current_span(parent_context).get_span_context()
        chosen = parent.trace_flags.sampled if parent.is_valid else trace_id & RANDOM < self.bound
        return SamplingResult(Decision.RECORD_AND_SAMPLE if chosen else Decision.DROP, attributes)

    def get_description(self) -> str:
        return "Share"
