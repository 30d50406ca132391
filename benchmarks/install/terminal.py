"""Somebody at the machine's terminal: types a command, answers what it asks, waits, and sees how it ended."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

import pexpect

from benchmarks.install.machine import Machine

PROMPT = "~ready~ "
PATIENCE = 600  # seconds
COLOURS = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
WIDE = (60, 4000)  # nothing is wrapped


@dataclass(frozen=True)
class Ran:
    command: str
    output: str
    status: int
    seconds: float


class Terminal:
    """`answers`: what is asked, as a regular expression, and what is then typed."""

    def __init__(self, machine: Machine, answers: dict[str, Callable[[], str]]) -> None:
        self.answers = answers
        program, *words = machine.entering("bash", "--login", "--noediting")
        self.shell = pexpect.spawn(
            program, words, encoding="utf-8", codec_errors="replace", echo=False, dimensions=WIDE, timeout=PATIENCE
        )
        self.shell.sendline(f"cd; PS1='{PROMPT}'")
        self.shell.expect_exact(f"{PROMPT}")

    def run(self, command: str) -> Ran:
        began = time.monotonic()
        output = self._typed(command)
        seconds = time.monotonic() - began
        return Ran(command, output, int(self._typed("echo $?")), seconds)

    def close(self) -> None:
        self.shell.close(force=True)

    def _typed(self, line: str) -> str:
        self.shell.sendline(line)
        said, questions = "", [PROMPT, *self.answers]
        while number := self.shell.expect(questions):
            said += self.shell.before + self.shell.after + "\n"
            self.shell.sendline(self.answers[questions[number]]())
        return as_seen(said + self.shell.before)


def as_seen(said: str) -> str:
    """Without colours, and of a line that was written over what it said in the end."""
    lines = COLOURS.sub("", said).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines).strip()
