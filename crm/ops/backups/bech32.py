"""Bech32 (BIP 173), in which age writes its keys; without its limit of 90 characters, as age does."""

CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32(prefix: str, content: bytes) -> str:
    """`prefix` in lower case."""
    groups = _in_fives(content)
    checked = [*(ord(one) >> 5 for one in prefix), 0, *(ord(one) & 31 for one in prefix), *groups]
    remainder = _polymod([*checked, *[0] * 6]) ^ 1
    checksum = [(remainder >> 5 * (5 - place)) & 31 for place in range(6)]
    return f"{prefix}1" + "".join(CHARACTERS[one] for one in (*groups, *checksum))


def _in_fives(content: bytes) -> list[int]:
    bits = "".join(f"{byte:08b}" for byte in content)
    bits += "0" * (-len(bits) % 5)
    return [int(bits[at : at + 5], 2) for at in range(0, len(bits), 5)]


def _polymod(values: list[int]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(GENERATORS):
            state ^= generator if top >> place & 1 else 0
    return state
