"""Forms of the import pages."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from crm.core.actor import Actor
from crm.transfer.encodings import OFFERED
from crm.transfer.importers import importer_for, importers
from crm.transfer.models import ImportMode, ImportRun
from crm.transfer.presets import SOURCES, is_left_out
from crm.transfer.words import Used

DATE_ORDERS = (("", "As the file shows"), ("dmy", "Day / month / year"), ("mdy", "Month / day / year"))
DELIMITER_NAMES = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Vertical bar"))
ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsm,.vcf,.vcard,text/csv,text/vcard"
LEAVE_OUT = ("", "Leave out")
# Before a text of ours stands `=`, so that these cannot be taken for one.
EMPTY, REFUSE, CHOSEN = "empty", "refuse", "="


def importable(actor: Actor) -> list[tuple[str, str]]:
    """What this person may import, as choices."""
    return [(name, one.title) for name, one in importers().items() if not one.refusal(actor)]


class UploadForm(forms.Form):
    file = forms.FileField(label="File", widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}))
    resource = forms.ChoiceField(label="What it holds", required=False)
    source = forms.ChoiceField(label="Where it comes from", required=False)
    team: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=None, label="Team the records will belong to", empty_label=None
    )
    encoding = forms.ChoiceField(label="Encoding", choices=[("", "Find out from the file"), *OFFERED], required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        team_model: Any = ImportRun._meta.get_field("team").related_model
        teams = team_model._default_manager.for_actor(actor)
        fields["team"].queryset = teams.filter(pk__in=actor.team_ids) if actor.team_ids else teams
        fields["team"].initial = actor.home_team_id
        fields["resource"].choices = [("", "Find out from the columns"), *importable(actor)]
        fields["source"].choices = [("", "Find out from the columns"), *SOURCES.items()]


class SettingsForm(forms.Form):
    """How the file is read and what is done with it."""

    resource = forms.ChoiceField(label="What it holds")
    source = forms.ChoiceField(label="Where it comes from", choices=list(SOURCES.items()))
    mode = forms.ChoiceField(label="Records that are already here", choices=ImportMode.choices)
    match_on = forms.ChoiceField(label="Find them by", required=False)
    date_order = forms.ChoiceField(label="Dates such as 03/04/2024", choices=DATE_ORDERS, required=False)
    encoding = forms.ChoiceField(label="Encoding", choices=OFFERED)
    delimiter = forms.ChoiceField(label="Columns are separated by", choices=DELIMITER_NAMES)
    create_links = forms.BooleanField(label="Create companies that are named but missing", required=False)

    def __init__(self, data: Any = None, *, actor: Actor, run: ImportRun, **kwargs: Any) -> None:
        initial = {
            "resource": run.resource,
            "source": run.source,
            "mode": run.mode,
            "match_on": run.options.get("match_on", ""),
            "date_order": run.options.get("date_order", ""),
            "encoding": run.encoding,
            "delimiter": run.delimiter,
            "create_links": run.options.get("create_links", True),
        }
        super().__init__(data, initial=initial, **kwargs)
        resource: Any = self.fields["resource"]
        resource.choices = importable(actor)
        importer = importer_for(run.resource)
        keys = [(name, importer.column(name).label) for name in importer.match_keys]
        match_on: Any = self.fields["match_on"]
        if not keys:
            del self.fields["match_on"]
        match_on.choices = [("", f"{' or '.join(label for _name, label in keys)}, the first that fits"), *keys]
        if run.is_by_record:
            del self.fields["encoding"], self.fields["delimiter"]
        if run.resource not in ("contacts", "deals"):
            del self.fields["create_links"]


def mapping_rows(run: ImportRun, sample: Sequence[Sequence[str]]) -> Iterator[dict[str, Any]]:
    """One per column of the file: its heading, example values, the choice of our fields, and a word about it."""
    choices = column_choices(run.resource)
    for index, header in enumerate(run.headers):
        values = list(dict.fromkeys(row[index].strip() for row in sample if row[index].strip()))[:3]
        chosen = run.mapping[index]
        yield {
            "name": f"column-{index}",
            "header": header,
            "values": [value[:60] for value in values],
            "chosen": chosen,
            "choices": choices,
            "is_unknown": not chosen and not is_left_out(run.source, run.resource, header),
        }


def column_choices(resource: str) -> list[tuple[str, str]]:
    importer = importer_for(resource)
    named = sorted(((one.name, one.label) for one in importer.all_columns().values()), key=lambda pair: pair[1])
    shared = [("is_deleted", importer.column("is_deleted").label)] if importer.has("is_deleted") else []
    return [LEAVE_OUT, *named, *shared]


def words_rows(found: Sequence[Used]) -> Iterator[dict[str, Any]]:
    """One per column with few values: its words, each with the choice made or suggested for it."""
    for used in found:
        unknown = (REFUSE, "Make a new one" if used.column.makes_new else "Refuse these rows")
        choices = [unknown, (EMPTY, "Leave empty"), *((CHOSEN + text, label) for text, label in used.offers)]
        yield {
            "used": used,
            "choices": choices,
            "words": [(word, _choice_for(word.becomes)) for word in used.words],
            "is_open": bool(used.unmatched) and not used.column.makes_new,
        }


def _choice_for(becomes: str | None) -> str:
    return REFUSE if becomes is None else CHOSEN + becomes if becomes else EMPTY


def words_chosen(data: QueryDict) -> dict[str, dict[str, str | None]]:
    """What `words_rows` was answered with: of each shown column, its words in their order and what each becomes."""
    chosen = {}
    for name in data.getlist("worded"):
        pairs = zip(data.getlist(f"word-{name}"), data.getlist(f"becomes-{name}"), strict=False)
        chosen[name] = {word: _chosen(choice) for word, choice in pairs}
    return chosen


def _chosen(choice: str) -> str | None:
    return None if choice == REFUSE else choice.removeprefix(CHOSEN) if choice.startswith(CHOSEN) else ""
