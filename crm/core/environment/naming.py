"""How a name of the environment is declared: its type and bounds, and the words that its documentation is made of."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

HTTP_ENDPOINT = r"^(https?://[^\s/?#]+)?$"


class Group(BaseModel):
    """Names that belong together. The docstring's first line is the heading, the rest an introduction."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def name(default: Any, what: str, *, without: str = "", example: str = "", needed: str = "", **bounds: Any) -> Any:
    """`what` it sets and what happens `without` it (the default, unless told); `needed`: what production asks."""
    told: dict[str, Any] = {"without": without, "example": example, "needed": needed}
    return Field(default, description=what, json_schema_extra=told, **bounds)


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _none_if_empty(value: object) -> object:
    return value or None


Splitting = BeforeValidator(_split)
NoneIfEmpty = BeforeValidator(_none_if_empty)
Origin = Annotated[str, StringConstraints(to_lower=True, pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
CommaSeparated = Annotated[list[str], Splitting]
