"""Ad accounts as clients send and see them. Tokens never leave the server."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue, StringConstraints

from api.schemas.base import Body, UtcTime, View
from models.domain.base import Text200
from models.domain.states import AdAccountState, Gate
from models.tables.ad_account import AdAccount
from providers.ads.results import AccountState

ExternalId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]


class Access(StrEnum):
    """Reading is asked for first; writing when the first publish comes near."""

    READ = "read"
    WRITE = "write"


class StartConnectBody(Body):
    platform: str = Field("meta", pattern="^meta$")
    access: Access = Access.READ


class ConsentView(View):
    """Send the person's browser to `dialog_url`; it comes back to the callback."""

    dialog_url: str


class VisibleAccount(View):
    external_id: str
    name: str
    currency: str
    timezone: str
    active: bool
    funded: bool

    @classmethod
    def of(cls, account: AccountState) -> "VisibleAccount":
        return cls(
            external_id=account.id,
            name=account.name,
            currency=account.currency,
            timezone=account.timezone,
            active=account.active,
            funded=account.funded,
        )


class GrantView(View):
    """A consent that was given. `grant` is sealed, yours alone and good for 15 minutes: connect accounts with it."""

    grant: str
    granted_scopes: list[str]
    declined_scopes: list[str]
    accounts: list[VisibleAccount]


class ConnectBody(Body):
    """`grant` may be left out by a browser: it is in a cookie then."""

    external_id: ExternalId
    grant: str | None = None


class ChoicesBody(Body):
    """What ads of this account run as. Each must be something that the connected person can see."""

    page_id: ExternalId
    instagram_user_id: ExternalId | None = None
    pixel_id: ExternalId | None = None
    pixel_event: Annotated[str, StringConstraints(pattern=r"^[A-Z_]{3,40}$")] | None = None
    lead_form_id: ExternalId | None = None
    dsa_beneficiary: Text200 | None = None
    dsa_payor: Text200 | None = None


class Choice(View):
    id: str
    name: str


class PageView(Choice):
    may_advertise: bool
    instagram_user_id: str | None
    instagram_username: str | None
    lead_forms: list[Choice]


class PixelView(Choice):
    last_fired: UtcTime | None


class ChoicesView(View):
    pages: list[PageView]
    instagram_accounts: list[Choice]
    pixels: list[PixelView]
    events: list[str]


class TokenHealthView(View):
    """What the platform says about the stored token. `missing_scopes` are those that publishing needs."""

    valid: bool
    scopes: list[str]
    missing_scopes: list[str]
    expires_at: UtcTime | None
    data_access_expires_at: UtcTime | None
    problem: str | None


class AdAccountView(View):
    """`preflight` lists what would make a publish fail, with what to do; null until page and pixel are chosen."""

    id: UUID
    platform: str
    external_id: str
    name: str
    state: AdAccountState
    currency: str
    timezone: str
    granted_scopes: list[str]
    may_publish: bool
    token_expires_at: UtcTime | None
    page_id: str | None
    page_name: str | None
    instagram_user_id: str | None
    pixel_id: str | None
    pixel_event: str | None
    lead_form_id: str | None
    dsa_beneficiary: str | None
    dsa_payor: str | None
    preflight: JsonValue
    gate: Gate
    usage_pct: int
    throttled_until: UtcTime | None
    connected_at: UtcTime | None
    last_sync_at: UtcTime | None

    @classmethod
    def of(cls, row: AdAccount) -> "AdAccountView":
        return cls.model_validate({**row.model_dump(), "may_publish": "ads_management" in row.granted_scopes})
