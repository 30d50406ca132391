"""Encrypted text: unreadable at rest, readable under every key of the ring, never under another."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from crm.core.encryption import Unreadable, decrypt, encrypt, rotate


@given(st.text())
def test_what_goes_in_comes_out_and_does_not_show(text):
    stored = encrypt(text)
    assert decrypt(stored) == text
    assert len(text) < 4 or text not in stored


def test_an_old_key_reads_until_the_value_is_rotated(settings):
    old, new = (Fernet.generate_key().decode() for _ in range(2))
    settings.SECRET_ENCRYPTION_KEY = [old]
    stored = encrypt("seed")
    settings.SECRET_ENCRYPTION_KEY = [new, old]
    assert decrypt(stored) == "seed"
    moved = rotate(stored)
    settings.SECRET_ENCRYPTION_KEY = [new]
    assert decrypt(moved) == "seed"
    with pytest.raises(Unreadable):
        decrypt(stored)


def test_what_was_not_encrypted_here_is_refused():
    for stored in ("", "plain text", encrypt("seed")[:-2]):
        with pytest.raises(Unreadable):
            decrypt(stored)
