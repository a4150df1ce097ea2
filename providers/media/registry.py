"""The providers of pictures and videos that this installation has keys for."""

from collections.abc import Mapping
from typing import Protocol

from providers.errors import ReconnectNeeded
from providers.media import catalogue
from providers.media.fal import FalMedia
from providers.media.protocol import MediaProvider
from providers.media.replicate import ReplicateMedia
from providers.media.runway import RunwayMedia
from providers.media.transport import Access


class _Adapter(MediaProvider, Protocol):
    key_setting: str

    def __init__(self, access: Access) -> None: ...


# A new provider is a file of its own, its models in the catalogue and one line here.
ADAPTERS: dict[str, type[_Adapter]] = {
    "replicate": ReplicateMedia,
    "runway": RunwayMedia,
    "fal": FalMedia,
}


class MediaProviders:
    """Each holds a connection pool: make one of these per process and close it."""

    def __init__(self, access: Mapping[str, Access]) -> None:
        """`access` by provider name; one without a key is not configured."""
        self._configured: dict[str, MediaProvider] = {
            name: ADAPTERS[name](way_in) for name, way_in in access.items() if way_in.key
        }

    @property
    def configured(self) -> tuple[str, ...]:
        return tuple(self._configured)

    def provider(self, name: str) -> MediaProvider:
        """
        Raises:
            ReconnectNeeded: it has no key; says which setting to set.
        """
        if name in self._configured:
            return self._configured[name]
        if name not in ADAPTERS:
            raise ReconnectNeeded(name, f"Greenlight knows no provider {name!r}. Choose another model in the settings.")
        adapter = ADAPTERS[name]
        message = f"No key is set for {adapter.label}. Set {adapter.key_setting}, or choose another model, and resume."
        raise ReconnectNeeded(adapter.label, message)

    def for_model(self, key: str) -> MediaProvider:
        """The provider of the model called `key` in the catalogue.

        Raises:
            ReconnectNeeded: there is no such model, or its provider has no key.
        """
        catalogue.entry(key)
        return self.provider(catalogue.provider_of(key))

    async def close(self) -> None:
        for provider in self._configured.values():
            await provider.close()
