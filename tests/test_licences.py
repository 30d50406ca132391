"""Which licences may come in."""

import pytest

from tests.licences import is_allowed, refused

FREE = [
    "MIT", "MIT License", "MIT-0", "BSD License", "BSD-3-Clause", "Apache-2.0", "Apache Software License", "PSF-2.0",
    "MPL-2.0", "LGPL-3.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)",
    "GPL-3.0-only OR MIT", "MIT AND PSF-2.0", "MPL-2.0 AND (Apache-2.0 OR MIT)",
]  # fmt: skip
NOT_FREE_ENOUGH = [
    "",
    "UNKNOWN",
    "GPL-3.0-only",
    "AGPL-3.0",
    "LGPL-2.1-only",
    "MIT AND GPL-2.0",
    "BSD License; Other/Proprietary License",
]


@pytest.mark.parametrize("licence", FREE)
def test_these_may_come_in(licence):
    assert is_allowed(licence)


@pytest.mark.parametrize("licence", NOT_FREE_ENOUGH)
def test_these_may_not(licence):
    assert not is_allowed(licence)


def test_a_package_is_named_with_its_licence():
    assert refused([{"Name": "good", "License": "MIT"}, {"Name": "bad", "License": "SSPL"}]) == {"bad": "SSPL"}
