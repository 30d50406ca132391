"""How a figure is written: a name, a line of help, and its values by label."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily

Values = Mapping[str, float] | Iterable[tuple[tuple[str, ...], float]]


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"vouch_{name}", help_text, value=float(value))


def gauges(name: str, help_text: str, labels: tuple[str, ...], values: Values) -> GaugeMetricFamily:
    """`values` by the one label, or as pairs of labels and value."""
    family = GaugeMetricFamily(f"vouch_{name}", help_text, labels=labels)
    pairs = (((key,), value) for key, value in values.items()) if isinstance(values, Mapping) else values
    for labelled, value in pairs:
        family.add_metric(list(labelled), float(value))
    return family
