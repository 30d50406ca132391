"""Known vulnerabilities in the pinned packages. Without an advisory service: a loud warning, not a failure."""

import json
import subprocess
import sys

from tests.services import ROOT

PIP_AUDIT = (
    "pip_audit",
    "--progress-spinner=off",
    "--timeout=20",
    "--disable-pip",
    "--require-hashes",
    "--format=json",
)


def main() -> int:
    command = [sys.executable, "-m", *PIP_AUDIT, "-r", "requirements.txt", "-r", "requirements-dev.txt"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return report(ran.stdout, ran.stderr)


def report(answer: str, complaint: str) -> int:
    """Exit code 1 only for a vulnerability that is known."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    vulnerable = {package["name"]: package["vulns"] for package in packages if package.get("vulns")}
    unknown = sorted({package["name"] for package in packages if "skip_reason" in package})
    for name, advisories in vulnerable.items():
        for advisory in advisories:
            print(
                f"VULNERABLE: {name}: {advisory['id']}, fixed in {', '.join(advisory['fix_versions']) or 'nothing yet'}"
            )
    if not packages:
        print(f"WARNING: nothing was audited, the advisory service cannot be reached.\n  {complaint.strip()[-200:]}")
    elif unknown:
        print(f"WARNING: {len(unknown)} of {len(packages)} packages were NOT audited: the index has no advisories.")
    if packages and not vulnerable and not unknown:
        print(f"{len(packages)} packages, no known vulnerability.")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
