"""A real Dovecot on the loopback, with a certificate and a folder of messages of its own that are thrown away."""

import grp
import os
import pwd
import socket
import ssl
import subprocess
import time
from datetime import timedelta
from itertools import count
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from tests.services import dovecot

USER, PASSWORD = "intake", "Lantern-in-a-mailbox-7"
CONFIG = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
{own}
first_valid_uid = 1
ssl = required
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail
}}
mail_location = maildir:{home}/mail
service imap-login {{
  chroot =
  process_min_avail = 1
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""
# Without root every process is that of whoever runs the tests; with it they are those of the package.
OWN = "default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}"


class ImapServer:
    """`deliver` puts a message where a mail server would; `untouched` counts what lies as it came."""

    def __init__(self, home: Path) -> None:
        self.home, self.port, self._numbers = home, free_port(), count(1)
        for name in ("run", "state", "mail/new", "mail/cur", "mail/tmp"):
            (home / name).mkdir(parents=True)
        self.certificate = make_certificate(home)
        me = pwd.getpwuid(os.geteuid())
        owner = me if me.pw_uid else pwd.getpwnam("nobody")
        own = OWN.format(me=me.pw_name, group=grp.getgrgid(me.pw_gid).gr_name) if me.pw_uid else ""
        values = {"own": own, "uid": owner.pw_uid, "gid": owner.pw_gid, "password": PASSWORD}
        (home / "dovecot.conf").write_text(CONFIG.format(home=home, port=self.port, **values))
        self._owner = (owner.pw_uid, owner.pw_gid)
        self._give(home / "mail", *(home / "mail").iterdir())
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(dovecot()), "-F", "-c", str(self.home / "dovecot.conf")]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for _try in range(100):
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"dovecot does not start: {(self.home / 'log').read_text()[-2000:]}")

    def _answers(self) -> bool:
        """TLS, too: the port is open before the certificate is read."""
        context = ssl.create_default_context(cadata=self.certificate)
        try:
            plain = socket.create_connection(("127.0.0.1", self.port), 0.5)
            with plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
                return secure.recv(4).startswith(b"* OK")
        except OSError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def deliver(self, message: bytes) -> None:
        """By a rename, as maildir has it, so that no half message is seen."""
        name = f"{time.time_ns()}.{next(self._numbers)}.test"
        path = self.home / "mail" / "tmp" / name
        path.write_bytes(message)
        self._give(path)
        path.rename(self.home / "mail" / "new" / name)

    def untouched(self) -> int:
        """Messages that lie as they came: neither moved nor marked."""
        return len(list((self.home / "mail" / "new").iterdir()))

    def log(self) -> str:
        return (self.home / "log").read_text()

    def number_anew(self) -> None:
        """Another UIDVALIDITY: what a restored server does. The files stay."""
        for path in (self.home / "mail").glob("dovecot*"):
            path.unlink()
        time.sleep(1.1)  # it is made of the second

    def _give(self, *paths: Path) -> None:
        if os.geteuid() == 0:
            for path in paths:
                os.chown(path, *self._owner)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make_certificate(home: Path) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = timezone.now()
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM).decode()
    (home / "certificate.pem").write_text(pem)
    secret = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (home / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, secret))
    return pem
