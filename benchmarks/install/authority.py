"""A public authority of certificates and the world's trust in it, for a machine that the real one cannot reach.

Pebble is Let's Encrypt's own server for tests: certbot asks it as it asks the real one, and is looked up on port 80.
"""

import json
import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.install.machine import Machine

HOME = "srv/authority"
CONFIGURATION = {
    "listenAddress": "127.0.0.1:14000",
    "managementListenAddress": "127.0.0.1:15000",
    "certificate": f"/{HOME}/cert.pem",
    "privateKey": f"/{HOME}/key.pem",
    "httpPort": 80,
    "tlsPort": 443,
    "ocspResponderURL": "",
    "externalAccountBindingRequired": False,
}
# It refuses now and then, and waits, to see whether clients are patient.
STEADY = ("PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_VA_NOSLEEP=1")
ROOT_OF_IT = "https://localhost:15000/roots/0"


def opened(machine: Machine) -> Path:
    """Serves, is trusted in the machine, and is whom certbot asks; the certificate that all others go back to."""
    home = machine.folder / HOME
    home.mkdir(parents=True)
    shutil.copy2(shutil.which("pebble") or "", home / "pebble")
    (home / "config.json").write_text(json.dumps({"pebble": CONFIGURATION}))
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(home / "key.pem"), "-out", str(home / "cert.pem")]
    key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *name, *files]
    subprocess.run(key, check=True, capture_output=True)
    serve = ["systemd-run", "--unit=authority", f"--property=WorkingDirectory=/{HOME}"]
    machine.ask(*serve, *(f"--setenv={one}" for one in STEADY), f"/{HOME}/pebble", "-config", "config.json")
    (home / "root.pem").write_text(root_of(machine))
    trust(machine, home)
    with (machine.folder / "etc/letsencrypt/cli.ini").open("a") as file:
        file.write("\nserver = https://localhost:14000/dir\n")
    return home / "root.pem"


def root_of(machine: Machine) -> str:
    for _ in range(50):
        if found := machine.ask("curl", "--silent", "--insecure", ROOT_OF_IT, check=False):
            return found
        time.sleep(0.2)
    raise TimeoutError("the authority does not answer")


def trust(machine: Machine, home: Path) -> None:
    for name in ("cert", "root"):
        shutil.copy(home / f"{name}.pem", machine.folder / f"usr/local/share/ca-certificates/authority-{name}.crt")
    machine.ask("update-ca-certificates")
