"""Licences of the installed packages, against what the product may be shipped with."""

import json
import re
import subprocess
import sys

ALLOWED = re.compile(
    r"MIT(-0|-CMU)?( License)?|ISC.*|0BSD|BSD([ -](License|[23]-Clause))?|3-Clause BSD License"
    r"|Apache([ -](2\.0|Software License))"
    r"|(Python Software Foundation License|PSF-2\.0|Unlicense|Zlib)"
    # Weak copyleft: used as they are, as libraries that can be exchanged.
    # "Or later" of LGPL 2.1 includes 3.0 (docs/adr/0042-tax-ids.md).
    r"|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|LGPL-3\.0-(only|or-later)|LGPL-2\.1-or-later"
    r"|GNU Lesser General Public License v2 or later \(LGPLv2\+\)"
)
# Package → what its licence file says where its metadata say something else.
READ_BY_HAND = {"qrcode": "BSD-3-Clause", "paramiko": "LGPL-2.1-or-later", "pyrage": "MIT"}


def is_allowed(licence: str) -> bool:
    """`A OR B`: one of them is enough. `A AND B`, and several classifiers (`A; B`): each must be allowed."""
    parts = re.split(r" AND |; ", licence.replace("(Apache-2.0 OR MIT)", "MIT"))
    return all(any(ALLOWED.fullmatch(choice.strip()) for choice in part.split(" OR ")) for part in parts)


def refused(packages: list[dict[str, str]]) -> dict[str, str]:
    found = {one["Name"]: READ_BY_HAND.get(one["Name"].lower(), one["License"]) for one in packages}
    return {name: licence for name, licence in found.items() if not is_allowed(licence)}


def main() -> int:
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--with-system", "--from=mixed"]
    packages = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    wrong = refused(packages)
    for name, licence in wrong.items():
        print(f"NOT ALLOWED: {name}: {licence}. Allowed ones are in tests/licences.py.")
    if not wrong:
        print(f"{len(packages)} packages, every licence allowed.")
    return 1 if wrong or not packages else 0


if __name__ == "__main__":
    sys.exit(main())
