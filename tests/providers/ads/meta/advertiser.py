"""An ad account of the simulator and the levers that its control endpoint has for it."""

from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from tests.providers.ads.meta.plans import Target


@dataclass(frozen=True)
class Advertiser:
    """A fresh ad account of the simulator with everything around it. `info` is what its control endpoint said."""

    info: dict[str, Any]
    control: httpx.Client

    @property
    def id(self) -> str:
        return str(self.info["account_id"])

    @property
    def token(self) -> SecretStr:
        return SecretStr(self.info["access_token"])

    @property
    def target(self) -> Target:
        names = ("account_id", "page_id", "instagram_user_id", "pixel_id", "lead_form_id", "currency")
        return Target(**{name: self.info[name] for name in names})

    def books(self) -> dict[str, Any]:
        return dict(self.control.get(f"/meta/accounts/{self.id}/books").json())

    def change(self, **changes: object) -> None:
        self.control.patch(f"/meta/accounts/{self.id}", json=changes).raise_for_status()

    def advance(self, hours: float) -> None:
        self.control.post(f"/meta/accounts/{self.id}/advance", json={"hours": hours}).raise_for_status()
