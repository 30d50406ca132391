"""Trees and proofs (RFC 6962), on any number of leaves."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditlog.leaves import written
from auditlog.proof import canonical, inclusion_path, merkle_root, parent, root_by_path

leaves = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def root_of_the_rfc(some: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 as it is written: split at the largest power of two below the number of leaves."""
    if len(some) == 1:
        return some[0]
    half = 1 << (len(some) - 1).bit_length() - 1
    return parent(root_of_the_rfc(some[:half]), root_of_the_rfc(some[half:]))


@given(leaves)
def test_the_root_is_the_one_of_the_rfc(some):
    assert merkle_root(some) == root_of_the_rfc(some)


@given(st.dictionaries(st.text(), st.none() | st.text()))
def test_the_quick_writer_of_leaves_writes_what_everybody_else_reads(content):
    assert written(content) == canonical(content)


def test_no_leaf_at_all_has_the_hash_of_nothing():
    assert merkle_root([]) == hashlib.sha256(b"").digest()


@given(leaves, st.data())
def test_each_leaf_is_proved_by_its_path(some, data):
    index = data.draw(st.integers(0, len(some) - 1))
    assert root_by_path(some[index], index, len(some), inclusion_path(some, index)) == merkle_root(some)


@given(leaves.filter(lambda some: len(some) > 1), st.data())
def test_another_leaf_or_place_is_not_proved(some, data):
    index = data.draw(st.integers(0, len(some) - 1))
    path = inclusion_path(some, index)
    assert root_by_path(b"x" * 32, index, len(some), path) != merkle_root(some) or some[index] == b"x" * 32
    for wrong in (path[:-1], [*path, b"x" * 32]):
        with pytest.raises(ValueError, match="path"):
            root_by_path(some[index], index, len(some), wrong)
