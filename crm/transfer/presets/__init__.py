"""What other programs' exports look like: recognised by their headers, mapped to our fields."""

from collections.abc import Mapping, Sequence

from crm.transfer.importers import Importer, importers
from crm.transfer.presets import hubspot, pipedrive, salesforce
from crm.transfer.presets.shape import Preset, header_key

PRESETS: tuple[Preset, ...] = (*hubspot.PRESETS, *salesforce.PRESETS, *pipedrive.PRESETS)
PLAIN = "csv"
SOURCES = {"csv": "CSV", "hubspot": "HubSpot", "salesforce": "Salesforce", "pipedrive": "Pipedrive"}


def recognise(headers: Sequence[str], source: str = "", resource: str = "") -> tuple[str, str]:
    """(source, resource) by the longest signature, the first of equals; what a person named is kept."""
    keys = {header_key(header) for header in headers}
    fitting = [
        preset
        for preset in PRESETS
        if preset.signature <= keys and source in ("", preset.source) and resource in ("", preset.resource)
    ]
    if fitting:
        best = max(fitting, key=lambda preset: len(preset.signature))
        return best.source, best.resource
    known = {name: _recognised(importer, keys) for name, importer in importers().items()}
    return source or PLAIN, resource or max(known, key=lambda name: known[name], default="")


def _recognised(importer: Importer, keys: set[str]) -> int:
    return len(keys & set(plain_fields(importer)))


def suggest_mapping(headers: Sequence[str], source: str, importer: Importer) -> list[str]:
    """Our field for each header, each field once; "" where nothing fits."""
    preset = preset_of(source, importer.resource)
    known = {**plain_fields(importer), **(preset.fields if preset else {})}
    taken: set[str] = {""}
    mapping = []
    for header in headers:
        name = known.get(header_key(header), "")
        mapping.append("" if name in taken else name)
        taken.add(name)
    return mapping


def plain_fields(importer: Importer) -> dict[str, str]:
    """Header keys of our own names, labels and the aliases of the trade."""
    words = (
        (word, column.name)
        for column in importer.columns.values()
        for word in (column.name, column.label, *column.aliases)
    )
    return {header_key(word): name for word, name in words}


def preset_of(source: str, resource: str) -> Preset | None:
    return next((preset for preset in PRESETS if (preset.source, preset.resource) == (source, resource)), None)


def is_left_out(source: str, resource: str, header: str) -> bool:
    """Columns that a preset knows and leaves out on purpose (dates of change, counters)."""
    preset = preset_of(source, resource)
    return bool(preset and header_key(header) in preset.left_out)


def choices_of(source: str, resource: str) -> Mapping[str, Mapping[str, str]]:
    preset = preset_of(source, resource)
    return preset.choices if preset else {}


def has_serial_dates(source: str) -> bool:
    return source == "pipedrive"
