"""Addresses that nothing of ours links to and that only programs in search of weak spots ask for (SEC-9), as data.

Each pretends to be something; the answer stands in a file of `answers/` and holds nothing that is true of this system.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"
TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json", ".xml": "text/xml", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class Decoy:
    """`path` without the leading slash; `below` answers whatever lies below it, too. `answer` names the file."""

    path: str
    pretends: str
    answer: str
    status: int = 200
    below: bool = False

    @property
    def routes(self) -> tuple[str, ...]:
        """For the URL configuration."""
        return (self.path, f"{self.path}/", f"{self.path}/<path:rest>") if self.below else (self.path,)

    @property
    def content_type(self) -> str:
        return TYPES[Path(self.answer).suffix]

    def body(self) -> bytes:
        return _read(self.answer)


@cache
def _read(name: str) -> bytes:
    return (ANSWERS / name).read_bytes()


DECOYS = (
    Decoy("wp-login.php", "the sign-in of WordPress", "wordpress.html"),
    Decoy("wp-admin", "the administration of WordPress", "wordpress.html", below=True),
    Decoy("wp-config.php.bak", "a copy of WordPress's configuration", "forbidden.html", 403),
    Decoy("xmlrpc.php", "the remote interface of WordPress", "xmlrpc.txt", 405),
    Decoy(".env", "the environment of an application", "environment.txt"),
    Decoy(".env.production", "the environment of an application", "environment.txt"),
    Decoy(".git", "a repository left on the server", "git.txt", below=True),
    Decoy(".aws/credentials", "keys of a cloud account", "forbidden.html", 403),
    Decoy(".ssh/id_rsa", "a private key", "forbidden.html", 403),
    Decoy(".vscode/sftp.json", "an editor's access to the server", "forbidden.html", 403),
    Decoy("phpmyadmin", "the administration of a database", "phpmyadmin.html", below=True),
    Decoy("adminer.php", "the administration of a database", "phpmyadmin.html"),
    Decoy("phpinfo.php", "what PHP tells of itself", "phpinfo.html"),
    Decoy("vendor/phpunit", "a test tool that runs what it is sent", "not_found.html", 404, below=True),
    Decoy("cgi-bin", "programs of an old web server", "forbidden.html", 403, below=True),
    Decoy("server-status", "what Apache tells of itself", "apache.html"),
    Decoy("manager/html", "the administration of Tomcat", "tomcat.html", 401),
    Decoy("actuator", "what a Spring application tells of itself", "actuator.json", below=True),
    Decoy("solr/admin", "the administration of a search engine", "not_found.html", 404, below=True),
    Decoy("backup.sql", "a copy of the database", "dump.txt"),
    Decoy("dump.sql", "a copy of the database", "dump.txt"),
    Decoy("backup.zip", "a copy of everything", "forbidden.html", 403),
    Decoy("db.sqlite3", "the database itself", "forbidden.html", 403),
    Decoy("config.json", "a configuration", "configuration.json"),
    Decoy("docker-compose.yml", "how the servers are set up", "forbidden.html", 403),
    Decoy("api/v1/admin/export-all", "an export of everything", "export.json", 202),
    Decoy("api/v1/internal/users", "a list of people for programs", "users.json", 401),
    Decoy("api/v1/debug", "what developers look at", "debug.json", 403),
)
