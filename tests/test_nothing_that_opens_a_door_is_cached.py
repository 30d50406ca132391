"""Rights, sessions, tokens and keys are read from the database each time: their modules do not know the cache."""

from tests.test_layers import TREES, imports

SERVICE = "crm.core.caching.service"
# What decides who somebody is and what they may: all of accounts, and the kernel's own part.
CLOSED = ("accounts", "crm.core.actor", "crm.core.access", "crm.core.permissions", "crm.core.sensitive", "crm.agents")


def users_of_the_service() -> set[str]:
    return {name for name, tree in TREES.items() if any(one.startswith(SERVICE) for one in imports(tree))}


def test_no_module_that_decides_about_rights_knows_the_cache_service():
    users = users_of_the_service()
    assert users, "nobody uses the service: this test looks in the wrong place"
    assert not [name for name in users if any(name == one or name.startswith(f"{one}.") for one in CLOSED)]
