"""Real servers for the tests: on a free port, waited for, asked, and stopped."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from typing import Any

# A socket becomes file descriptor 3, and the process that it is for is named: sd_listen_fds(3).
THIRD = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.set_inheritable(3, True); os.execvp('sh', sys.argv[2:])"
NAMED = 'LISTEN_PID=$$ exec "$@"'
PATIENCE = 120  # seconds; a machine may be busy


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def given_socket(listening: socket.socket, command: list[str]) -> list[str]:
    """The command, to be run with LISTEN_FDS=1 and the socket among `pass_fds`, as systemd runs it."""
    return [sys.executable, "-c", THIRD, str(listening.fileno()), "sh", "-c", NAMED, "sh", *command]


def get(port: int, path: str, host: str = "localhost", **headers: str) -> http.client.HTTPResponse:
    """The answer, read; one connection for each question."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": host, "Connection": "close", **headers})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


def waited_for(server: "subprocess.Popen[Any]", port: int, path: str = "/health/live", host: str = "localhost") -> None:
    """Raises TimeoutError when it does not answer 200, or has ended."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and server.poll() is None:
        try:
            if get(port, path, host).status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no answer; exit code {server.poll()}")


def stopped(server: "subprocess.Popen[Any]", how: int = signal.SIGTERM) -> None:
    if server.poll() is None:
        server.send_signal(how)
    try:
        server.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
