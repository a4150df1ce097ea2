from dataclasses import replace
from uuid import uuid4

import pytest

from records.secrets import CannotOpen, SecretBox

OLD, NEW = bytes(range(32)), bytes(reversed(range(32)))
WORKSPACE = uuid4()
TOKEN = "EAAB-token-\N{SNOWMAN}"


def test_what_was_sealed_opens_again() -> None:
    box = SecretBox({"k1": OLD}, "k1")

    sealed = box.seal(WORKSPACE, TOKEN)

    assert box.open(WORKSPACE, sealed) == TOKEN
    assert TOKEN.encode() not in sealed.ciphertext


def test_the_same_token_looks_different_each_time() -> None:
    box = SecretBox({"k1": OLD}, "k1")

    assert box.seal(WORKSPACE, TOKEN).ciphertext != box.seal(WORKSPACE, TOKEN).ciphertext


def test_a_token_copied_to_another_workspace_does_not_open() -> None:
    box = SecretBox({"k1": OLD}, "k1")

    with pytest.raises(CannotOpen, match="another workspace"):
        box.open(uuid4(), box.seal(WORKSPACE, TOKEN))


def test_an_altered_token_does_not_open() -> None:
    box = SecretBox({"k1": OLD}, "k1")
    sealed = box.seal(WORKSPACE, TOKEN)
    altered = replace(sealed, ciphertext=bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:])

    with pytest.raises(CannotOpen):
        box.open(WORKSPACE, altered)


def test_after_a_rotation_old_tokens_open_and_new_ones_use_the_new_key() -> None:
    sealed = SecretBox({"k1": OLD}, "k1").seal(WORKSPACE, TOKEN)
    rotated = SecretBox({"k1": OLD, "k2": NEW}, "k2")

    assert rotated.open(WORKSPACE, sealed) == TOKEN
    assert rotated.seal(WORKSPACE, TOKEN).key_id == "k2"


def test_a_relabelled_key_id_does_not_open() -> None:
    box = SecretBox({"k1": OLD, "k2": OLD}, "k1")

    with pytest.raises(CannotOpen):
        box.open(WORKSPACE, replace(box.seal(WORKSPACE, TOKEN), key_id="k2"))


def test_a_token_of_a_forgotten_key_says_which_key_is_missing() -> None:
    sealed = SecretBox({"k1": OLD}, "k1").seal(WORKSPACE, TOKEN)

    with pytest.raises(CannotOpen, match="'k1' is not configured"):
        SecretBox({"k2": NEW}, "k2").open(WORKSPACE, sealed)


@pytest.mark.parametrize(("keys", "current"), [({"k1": b"short"}, "k1"), ({"k1": OLD}, "k2")])
def test_wrong_keys_are_refused_at_the_start(keys: dict[str, bytes], current: str) -> None:
    with pytest.raises(ValueError, match="key"):
        SecretBox(keys, current)


def test_a_sealed_token_does_not_print_itself() -> None:
    sealed = SecretBox({"k1": OLD}, "k1").seal(WORKSPACE, TOKEN)

    assert repr(sealed.ciphertext) not in repr(sealed)
