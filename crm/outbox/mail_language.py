"""The language of mail templates: `{{ name }}`, `{% if name %}…{% else %}…{% endif %}`, and nothing else.

Names are those that the mail declares, values are plain text. There is no attribute, filter, call, loop or include, so
that an edited template reaches nothing.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(r"({{.*?}}|{%.*?%}|{#.*?#})", re.DOTALL)
VALUE = re.compile(r"{{\s*([a-z][a-z0-9_]*)\s*}}")
TAG = re.compile(r"{%\s*(?:(if)\s+([a-z][a-z0-9_]*)|(else)|(endif))\s*%}")
USE = "use {{ name }} and {% if name %}"
LOOSE = re.compile(r"{{|}}|{%|%}|{#|#}")


class TemplateFault(ValueError):
    """What is wrong, in words, and on which line (from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(f"Line {line}: {message}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Value:
    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The first part where the value is there, else the second."""

    name: str
    then: list["Node"] = field(default_factory=list)
    otherwise: list["Node"] = field(default_factory=list)


Node = str | Value | Choice


@dataclass(slots=True)
class _Open:
    """An `if` that waits for its end; `into` is the part that is being written."""

    choice: Choice
    into: list[Node]
    line: int
    has_else: bool = False


def parse(source: str, names: Collection[str]) -> list[Node]:
    """Raises TemplateFault for anything but text and the two forms, and for a name that the mail does not have."""
    root: list[Node] = []
    waiting: list[_Open] = []
    line = 1
    for part in TOKEN.split(source):
        target = waiting[-1].into if waiting else root
        if not TOKEN.fullmatch(part):
            _refuse_loose(part, line)
            if part:
                target.append(part)
        elif found := VALUE.fullmatch(part):
            target.append(Value(_known(found[1], names, line)))
        elif found := TAG.fullmatch(part):
            _take(found, target, waiting, names, line)
        else:
            raise TemplateFault(f"{_shown(part)} is not part of the language: {USE}.", line)
        line += part.count("\n")
    if waiting:
        raise TemplateFault(f"{{% if {waiting[-1].choice.name} %}} has no {{% endif %}}.", waiting[-1].line)
    return root


def _take(found: re.Match[str], target: list[Node], waiting: list[_Open], names: Collection[str], line: int) -> None:
    is_if, name, is_else, _is_end = found.groups()
    if is_if:
        choice = Choice(_known(name, names, line))
        target.append(choice)
        waiting.append(_Open(choice, choice.then, line))
        return
    if not waiting or (is_else and waiting[-1].has_else):
        raise TemplateFault(f"{found[0]} has no {{% if %}}.", line)
    if is_else:
        waiting[-1].has_else, waiting[-1].into = True, waiting[-1].choice.otherwise
    else:
        waiting.pop()


def written(nodes: list[Node], values: Mapping[str, str], write: Callable[[str], str] = str) -> str:
    """`write` makes a value safe for its place, such as html.escape. Raises KeyError for a value that is missing."""
    parts = []
    for node in nodes:
        if isinstance(node, Value):
            parts.append(write(values[node.name]))
        elif isinstance(node, Choice):
            parts.append(written(node.then if values[node.name] else node.otherwise, values, write))
        else:
            parts.append(node)
    return "".join(parts)


def _known(name: str, names: Collection[str], line: int) -> str:
    if name not in names:
        raise TemplateFault(f"There is no {name} in this mail; it has {', '.join(sorted(names))}.", line)
    return name


def _refuse_loose(part: str, line: int) -> None:
    if found := LOOSE.search(part):
        raise TemplateFault(f"{found[0]} stands alone.", line + part[: found.start()].count("\n"))


def _shown(part: str) -> str:
    return part if len(part) <= 40 else f"{part[:37]}…"
