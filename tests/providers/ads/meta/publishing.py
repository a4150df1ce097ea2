"""Puts an approved plan onto an ad account, step by step, the way a publish does."""

from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

from PIL import Image
from pydantic import JsonValue

from models.domain.content import ItemContent
from models.domain.markers import marker_for, name_with_marker
from models.domain.states import PlatformKind, Ratio, WriteOp
from providers.ads.meta.payloads import (
    Approved,
    ItemMedia,
    Media,
    ad_payload,
    ad_set_payload,
    campaign_payload,
    creative_payload,
)
from providers.ads.meta.writes import MetaWriter
from providers.ads.protocol import PlatformWrite, UploadFile
from tests.providers.ads.meta.advertiser import Advertiser
from tests.providers.ads.meta.plans import item

_COLOURS = {Ratio.SQUARE: "red", Ratio.PORTRAIT: "green", Ratio.VERTICAL: "blue", Ratio.LANDSCAPE: "white"}


def picture(colour: str = "red") -> UploadFile:
    buffer = BytesIO()
    Image.new("RGB", (20, 20), colour).save(buffer, "PNG")
    return UploadFile(f"{colour}.png", "image/png", buffer.getvalue())


def new_marker() -> str:
    return marker_for(uuid4())


@dataclass(frozen=True)
class Publisher:
    writer: MetaWriter
    shop: Advertiser

    async def create(self, kind: PlatformKind, payload: dict[str, JsonValue]) -> str:
        """Creates for real; what Meta can check beforehand is validated first."""
        write = self.write(kind, payload)
        await self.writer.validate(write, self.shop.token)
        return (await self.writer.send(write, self.shop.token)).platform_id

    def write(self, kind: PlatformKind, payload: dict[str, JsonValue]) -> PlatformWrite:
        return PlatformWrite(WriteOp.CREATE, kind, self.shop.id, payload)

    async def change(self, op: WriteOp, kind: PlatformKind, node_id: str, **payload: JsonValue) -> None:
        await self.writer.send(PlatformWrite(op, kind, self.shop.id, payload, node_id), self.shop.token)

    async def media(self) -> ItemMedia:
        found = {}
        for ratio, colour in _COLOURS.items():
            receipt = await self.writer.upload_image(self.shop.id, picture(colour), self.shop.token)
            found[ratio] = Media(image_hash=receipt.platform_id)
        return ItemMedia(found, tuple(found.values()))

    async def campaign(self, approved: Approved, marker: str | None = None) -> str:
        planned = approved.plan.campaigns[0]
        name = name_with_marker(planned.name, marker or new_marker())
        return await self.create(PlatformKind.CAMPAIGN, campaign_payload(approved, planned, name))

    async def ad_set(self, approved: Approved, campaign_id: str, marker: str | None = None) -> str:
        planned = approved.plan.ad_sets[0]
        name = name_with_marker(planned.name, marker or new_marker())
        payload = ad_set_payload(approved, planned, name, campaign_id=campaign_id)
        return await self.create(PlatformKind.AD_SET, payload)

    async def creative(self, approved: Approved, content: ItemContent | None = None) -> str:
        name = name_with_marker("Evening", new_marker(), 100)
        media = await self.media()
        payload = creative_payload(approved, approved.plan.ads[0], content or item(), media, name)
        return await self.create(PlatformKind.CREATIVE, payload)

    async def ad(self, approved: Approved, ad_set_id: str, creative_id: str, marker: str | None = None) -> str:
        planned = approved.plan.ads[0]
        name = name_with_marker(planned.name, marker or new_marker())
        payload = ad_payload(approved, planned, name, ad_set_id=ad_set_id, creative_id=creative_id)
        return await self.create(PlatformKind.AD, payload)

    async def tree(self, approved: Approved, content: ItemContent | None = None) -> "Published":
        creative_id = await self.creative(approved, content)
        campaign_id = await self.campaign(approved)
        ad_set_id = await self.ad_set(approved, campaign_id)
        return Published(campaign_id, ad_set_id, await self.ad(approved, ad_set_id, creative_id), creative_id)


@dataclass(frozen=True)
class Published:
    campaign_id: str
    ad_set_id: str
    ad_id: str
    creative_id: str
