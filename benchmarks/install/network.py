"""A network for the machine: one cable to us, who are the world that visits it, and a way out without any rights."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "vouch-install"
OURS, MACHINES = "10.212.7.1", "10.212.7.2"
NAME_SERVER = "10.0.2.3"  # slirp4netns answers there, by the names that we know


@contextmanager
def own_network() -> Iterator[None]:
    ip("netns", "add", NAME)
    try:
        with cable(), way_out():
            yield
    finally:
        ip("netns", "delete", NAME)


@contextmanager
def cable() -> Iterator[None]:
    ip("link", "add", NAME, "type", "veth", "peer", "name", "visitors", "netns", NAME)
    try:
        ip("address", "add", f"{OURS}/30", "dev", NAME)
        ip("link", "set", NAME, "up")
        ip("-netns", NAME, "address", "add", f"{MACHINES}/30", "dev", "visitors")
        ip("-netns", NAME, "link", "set", "visitors", "up")
        ip("-netns", NAME, "link", "set", "lo", "up")
        yield
    finally:
        ip("link", "delete", NAME)


@contextmanager
def way_out() -> Iterator[None]:
    command = ["slirp4netns", "--configure", "--netns-type=path", f"/run/netns/{NAME}", "way-out"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
