"""What has to be true of an installation, asked from outside as its people do and inside as its operator does."""

import re
import ssl
import sys
import time

from benchmarks.install.machine import Machine
from benchmarks.install.network import MACHINES
from benchmarks.install.visitor import Crowd, Visitor

SERVICES = ("web@1", "web@2", "mail", "seals", "webhooks", "reports", "beat")
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Content-Security-Policy": "default-src 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
}
PUBLIC = {"80", "443"}
INSIDE = {"25", "5432", "6379", "6380", "8000"}
# What the kernel says of a process: no capabilities, none to be had, and a filter for system calls.
CONFINED = {"CapEff": "0000000000000000", "CapBnd": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}
PATIENCE = 90  # seconds


def check(what: str, holds: object, seen: object = "") -> None:
    if not holds:
        sys.exit(f"NOT TRUE: {what}. {seen}")
    print(f"  true: {what}", flush=True)


def served_over_tls(visitor: Visitor) -> None:
    ready = visitor.get("/health/ready")
    check("/health/ready answers 200 over TLS, whose certificate is good", ready.status_code == 200, ready.text)
    plain = visitor.get("/accounts/login/", scheme="http")
    check("plain HTTP leads to HTTPS", (plain.status_code, plain.headers["Location"][:8]) == (308, "https://"))
    headers = visitor.get("/accounts/login/").headers
    missing = {name: headers.get(name) for name, start in HEADERS.items() if start not in headers.get(name, "")}
    check("the security headers are there", not missing, missing)


def signs_in(visitor: Visitor, email: str, password: str) -> None:
    led = visitor.sign_in(email, password)
    check("the superadmin signs in and is led to a second factor", "setup" in visitor.get(led).headers["Location"], led)
    check("an authenticator app is connected", visitor.connect_app() == 302)
    home = visitor.get("/")
    check("the dashboard is there", home.status_code == 200 and email in home.text, home.status_code)
    style = re.search(r'href="(/static/[^"]+\.css)"', home.text)[1]
    check("static files are there", visitor.get(style).status_code == 200, style)


def healthy(visitor: Visitor) -> None:
    """Some parts are looked at by the clock, and are there only after a round of it."""
    give_up = time.monotonic() + PATIENCE
    while (found := visitor.get("/api/v1/health").json())["status"] != "ok" and time.monotonic() < give_up:
        time.sleep(3)
    check("/api/v1/health says ok for everything", found["status"] == "ok", found)


def closed_to_the_world(machine: Machine) -> None:
    lines = [line.split()[3].rpartition(":") for line in machine.ask("ss", "-Htln").splitlines()]
    loopback = {port for address, _, port in lines if address.startswith(("127.", "[::1]"))}
    world = {port for address, _, port in lines if not address.startswith(("127.", "[::1]"))}
    check("the world can reach nginx alone", world == PUBLIC, world)
    check("web server, PostgreSQL, both Redis and mail listen inside", loopback >= INSIDE, loopback)


def confined(machine: Machine) -> None:
    for name in SERVICES:
        unit = f"vouch-{name}.service"
        pid = machine.ask("systemctl", "show", "--property=MainPID", "--value", unit).strip()
        status = dict(re.findall(r"^(\w+):\t(.*)$", machine.ask("cat", f"/proc/{pid}/status"), re.M))
        owner = machine.ask("stat", "--format=%U:%G", f"/proc/{pid}").strip()
        seen = {key: status[key] for key in CONFINED}
        check(f"{unit} runs as vouch and is confined", (owner, seen) == ("vouch:vouch", CONFINED), (owner, seen))
    for path in ("/opt/vouch/written", "/etc/vouch/written"):
        machine.ask("runuser", "-u", "vouch", "--", "touch", path, check=False)
        check(f"vouch cannot write {path}", not (machine.folder / path[1:]).exists())


def mail_arrives(machine: Machine, visitor: Visitor, email: str) -> None:
    """Asked on a page, written to the database, sent by a worker, taken by the machine's mail server."""
    visitor.fill("/accounts/password/reset/", email=email)
    box, give_up = machine.folder / "var/mail" / email.partition("@")[0], time.monotonic() + PATIENCE
    link = f"https://{visitor.host}/accounts/password/reset/key/"
    while time.monotonic() < give_up and not (box.exists() and link in box.read_text()):
        time.sleep(0.5)
    check("a mail with a link for a new password arrives", box.exists() and link in box.read_text())


def nothing_lost(what: str, machine: Machine, visitor: Visitor, *command: str) -> None:
    with Crowd(visitor) as crowd:
        time.sleep(2)
        machine.ask(*command)
        time.sleep(5)
    lost = f"{what}: of {crowd.answers} requests meanwhile none is lost"
    check(lost, crowd.answers > 20 and not crowd.failures, crowd.failures[:5])


def certificate_is_renewed(machine: Machine) -> None:
    """nginx takes it up beside what it has in hand."""
    before, give_up = ssl.get_server_certificate((MACHINES, 443)), time.monotonic() + PATIENCE
    machine.ask("certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew")
    while (now := ssl.get_server_certificate((MACHINES, 443))) == before and time.monotonic() < give_up:
        time.sleep(0.2)
    check("a renewed certificate is served", now != before)


def comes_back(machine: Machine, visitor: Visitor) -> None:
    machine.off_and_on()
    give_up, states = time.monotonic() + PATIENCE, ("systemctl", "is-active", "vouch-web@1", "vouch-web@2")
    while "activating" in machine.ask(*states, check=False) and time.monotonic() < give_up:
        time.sleep(1)
    served_over_tls(visitor)
    failed = machine.ask("systemctl", "--failed", "--no-legend", "--plain")
    check("switched off and on, all of it is there by itself", "vouch" not in failed, failed)
