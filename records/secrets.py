"""Sealing of platform tokens: AES-256-GCM, bound to the key and to the workspace that owns them."""

import secrets
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The key is unknown, or the sealed value was altered or belongs to another workspace. Ask to reconnect."""


@dataclass(frozen=True, slots=True, repr=False)
class Sealed:
    ciphertext: bytes
    nonce: bytes
    key_id: str


class SecretBox:
    """Seals with the current key and opens with any; a retired key stays until nothing is sealed with it."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise ValueError(f"The current master key {current!r} is not among the keys given")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES:
                raise ValueError(f"Master key {key_id!r} has {len(key)} bytes, AES-256 needs {KEY_BYTES}")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.current = current

    @classmethod
    def from_base64(cls, keys: Mapping[str, str], current: str) -> Self:
        return cls({key_id: b64decode(key) for key_id, key in keys.items()}, current)

    def seal(self, workspace_id: UUID, secret: str) -> Sealed:
        nonce = secrets.token_bytes(NONCE_BYTES)
        bound_to = _associated(self.current, workspace_id)
        return Sealed(self._ciphers[self.current].encrypt(nonce, secret.encode(), bound_to), nonce, self.current)

    def open(self, workspace_id: UUID, sealed: Sealed) -> str:
        """Raises CannotOpen."""
        cipher = self._ciphers.get(sealed.key_id)
        if cipher is None:
            raise CannotOpen(f"Master key {sealed.key_id!r} is not configured; add it to the retired keys")
        try:
            opened = cipher.decrypt(sealed.nonce, sealed.ciphertext, _associated(sealed.key_id, workspace_id))
        except InvalidTag as error:
            raise CannotOpen("The stored token was altered or belongs to another workspace") from error
        return opened.decode()


def _associated(key_id: str, workspace_id: UUID) -> bytes:
    return f"greenlight-token-v1|{key_id}|{workspace_id}".encode()
