"""The process environment as one typed, validated object. `make environment` writes docs/environment.md from it.

A new name is one line in the group where it belongs (running, people, files, seeing), a new group joins `GROUPS` and
`Environment`; then `make environment`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from django.core.exceptions import ImproperlyConfigured
from pydantic import ValidationError, model_validator

from crm.core.environment.files import Backups, Documents, Exports
from crm.core.environment.misspelt import misspelt
from crm.core.environment.naming import Group
from crm.core.environment.people import MailIntake, Place, SigningIn, Tokens, Trail, Unusual
from crm.core.environment.refusals import refusals
from crm.core.environment.running import Addresses, Keys, Kind, Services
from crm.core.environment.seeing import Logs, Monitoring

# As docs/environment.md lists them.
GROUPS: tuple[type[Group], ...] = (
    *(Kind, Keys, Services, Addresses, Unusual, SigningIn, Tokens, Trail),
    *(MailIntake, Documents, Exports, Backups, Place, Logs, Monitoring),
)


class Environment(
    Kind, Keys, Services, Addresses, Unusual, SigningIn, Tokens, Trail,
    MailIntake, Documents, Exports, Backups, Place, Logs, Monitoring,
):  # fmt: skip
    """What the outside may set. Development needs none of it; production refuses defaults and weak values."""

    @property
    def production(self) -> bool:
        return self.ENVIRONMENT == "production"

    def bucket(self, word: str) -> dict[str, str]:
        """`S3` → what `S3_BUCKET`, `S3_PREFIX` … say, by their names in lower case."""
        names = ("bucket", "prefix", "endpoint", "region", "access_key", "secret_key")
        return {name: getattr(self, f"{word}_{name.upper()}") for name in names}

    @model_validator(mode="after")
    def production_refuses_what_is_weak(self) -> Self:
        if weak := refusals(self) if self.production else []:
            raise ValueError(f"missing, default, weak, shared or local in production: {', '.join(weak)}")
        return self


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Every name may come as `NAME` or as `NAME_FILE` (a mounted secret).

    Raises ImproperlyConfigured that names every wrong variable at once and prints no value.
    """
    faults = []
    try:
        env = Environment.model_validate(_collect(environ))
    except ValidationError as invalid:
        faults = [f"{'.'.join(map(str, error['loc'])) or 'ENVIRONMENT'}: {error['msg']}" for error in invalid.errors()]
    if environ.get("ENVIRONMENT") == "production":
        faults += [f"{name}: is no name of ours; {meant} was meant?" for name, meant in misspelt_names(environ).items()]
    if faults:
        raise ImproperlyConfigured("The environment is not usable.\n  " + "\n  ".join(faults))
    return env


def misspelt_names(environ: Mapping[str, str]) -> Mapping[str, str]:
    return misspelt(environ, Environment.model_fields)


def _collect(environ: Mapping[str, str]) -> dict[str, str]:
    values = {name: environ[name] for name in Environment.model_fields if environ.get(name)}
    for name in Environment.model_fields:
        if path := environ.get(f"{name}_FILE"):
            values[name] = _read_secret(name, path)
    return values


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from None
