"""What other programs' exports look like: recognised by their headers, mapped to our fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from crm.transfer.importers import Importer, importers
from crm.transfer.presets import address_books, hubspot, pipedrive, salesforce, vouch
from crm.transfer.presets.shape import Preset, header_key

PRESETS: tuple[Preset, ...] = (
    *hubspot.PRESETS,
    *salesforce.PRESETS,
    *pipedrive.PRESETS,
    *address_books.PRESETS,
    *vouch.PRESETS,
)
PLAIN, VCARD = "csv", "vcard"
SOURCES = {
    PLAIN: "CSV or XLSX",
    "hubspot": "HubSpot",
    "salesforce": "Salesforce",
    "pipedrive": "Pipedrive",
    "google": "Google Contacts",
    "outlook": "Outlook",
    "linkedin": "LinkedIn",
    VCARD: "vCard",
    "vouch": "Vouch",
}


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
    plain = plain_fields(importer)
    known = {**_without(plain, preset.left_out), **preset.fields} if preset else plain
    taken: set[str] = {""}
    mapping = []
    for header in headers:
        name = known.get(header_key(header), "")
        mapping.append("" if name in taken else name)
        if name and not importer.column(name).is_repeatable:
            taken.add(name)
    return mapping


def _without(fields: Mapping[str, str], left_out: frozenset[str]) -> dict[str, str]:
    return {key: name for key, name in fields.items() if key not in left_out}


def plain_fields(importer: Importer) -> dict[str, str]:
    """Header keys of our own names, labels and the aliases of the trade."""
    words = (
        (word, column.name)
        for column in importer.all_columns().values()
        for word in (column.name, column.label, *column.aliases)
    )
    return {header_key(word): name for word, name in words}


def preset_of(source: str, resource: str) -> Preset | None:
    return next((preset for preset in PRESETS if (preset.source, preset.resource) == (source, resource)), None)


def is_left_out(source: str, resource: str, header: str) -> bool:
    """Columns that a preset knows and leaves out on purpose (dates of change, counters)."""
    preset = preset_of(source, resource)
    return bool(preset and header_key(header) in preset.left_out)


def unknown_columns(run: Any) -> list[str]:
    """Headings of an import that go nowhere, and that its preset does not leave out on purpose."""
    return [
        header
        for header, name in zip(run.headers, run.mapping, strict=True)
        if not name and not is_left_out(run.source, run.resource, header)
    ]


def choices_of(source: str, resource: str) -> Mapping[str, Mapping[str, str]]:
    preset = preset_of(source, resource)
    return preset.choices if preset else {}


def has_serial_dates(source: str) -> bool:
    return source == "pipedrive"
