"""How gunicorn serves crm.wsgi. Where it listens is said on the command line or by systemd's socket.

Threads, not sync workers: on SIGTERM and SIGHUP a gthread worker finishes what it has, a sync worker drops it.
"""

import os
from typing import Any

from gunicorn.systemd import sd_notify

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
# A worker that is told to stop has so long for what is in hand; supervisors wait ten seconds more.
graceful_timeout = 30
# Behind a proxy a connection that idles is worth nothing, and one that closes while the proxy writes costs a request.
keepalive = 0
# Heartbeats are files: on a disk that hangs they would end healthy workers.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# crm.core.trusted_proxy alone decides whom to believe.
forwarded_allow_ips = ""
control_socket_disable = True


def on_starting(server: Any) -> None:
    """gunicorn tells systemd that it is ready before any worker has the application; the first that has it tells."""
    if address := os.environ.pop("NOTIFY_SOCKET", ""):
        os.environ["TOLD_WHEN_READY"] = address


def post_worker_init(worker: Any) -> None:
    if address := os.environ.pop("TOLD_WHEN_READY", ""):
        os.environ["NOTIFY_SOCKET"] = address
        sd_notify("READY=1", worker.log, unset_environment=True)
