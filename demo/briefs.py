"""The three demo briefs: a shop in Riyadh, a clinic in New York that hires, a conference in Tokyo."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Photo:
    name: str
    shape: str
    base: str
    accent: str
    backdrop: str


@dataclass(frozen=True, slots=True)
class BrandKit:
    """`shape` is drawn as the logo in the first two colours."""

    shape: str
    colours: list[str]


@dataclass(frozen=True, slots=True)
class DemoBrief:
    """`brief` lacks pictures and brand, which are stored first, and the dates, which follow from today.

    `mishaps`: one render fails once, and one is cancelled by the marketer.
    """

    key: str
    client: str
    currency: str
    timezone: str
    photos: list[Photo]
    brief: dict[str, JsonValue]
    event: str | None = None
    start_in: timedelta = timedelta(days=3)
    lasts: timedelta | None = timedelta(days=21)
    brand: BrandKit | None = None
    mishaps: bool = False

    @property
    def has_models_render(self) -> bool:
        return bool(self.brief.get("allow_ai_images") or self.brief.get("allow_ai_video"))

    def dates(self, now: datetime) -> dict[str, JsonValue]:
        """The flight: from 09:00 local time on, whole days."""
        local = (now + self.start_in).astimezone(ZoneInfo(self.timezone))
        start = local.replace(hour=9, minute=0, second=0, microsecond=0)
        end = start + self.lasts if self.lasts else None
        return {"start": start.isoformat(), "end": end.isoformat() if end else None}


SHOP = DemoBrief(
    key="shop",
    client="Bayt Qahwa",
    currency="SAR",
    timezone="Asia/Riyadh",
    event="PURCHASE",
    brand=BrandKit("dallah", ["#8a5a12", "#f4d58d", "#1f4d3f"]),
    mishaps=True,
    photos=[
        Photo("dallah.jpg", "dallah", "#b08d3c", "#6d4c1e", "#efe6d5"),
        Photo("finjan-cups.jpg", "cups", "#f7f3ea", "#1f6f54", "#d9e4dd"),
        Photo("cardamom-blend.jpg", "tin", "#1f4d3f", "#d8b25a", "#f0ebe0"),
    ],
    brief={
        "name": "Bayt Qahwa: White Friday",
        "goal": "sales",
        "conversion": {"location": "website", "event": "PURCHASE"},
        "kpi": {"metric": "roas", "target": 250},
        "economics": {"order_value": {"amount_minor": 24_900, "currency": "SAR"}, "gross_margin": 5_500},
        "products": [
            {
                "name": "Brass dallah",
                "url": "https://shop.baytqahwa.example/dallah",
                "price": {"amount_minor": 12_900, "currency": "SAR"},
            },
            {
                "name": "Finjan cups, set of six",
                "url": "https://shop.baytqahwa.example/finjan",
                "price": {"amount_minor": 12_900, "currency": "SAR"},
            },
            {
                "name": "Cardamom coffee blend, 500 g",
                "url": "https://shop.baytqahwa.example/blend",
                "price": {"amount_minor": 12_900, "currency": "SAR"},
            },
        ],
        "offer": {"text": "20 % off everything", "code": "QAHWA20"},
        "landing_urls": ["https://shop.baytqahwa.example/white-friday"],
        "geo": {"include": [{"kind": "country", "name": "Saudi Arabia", "country": "SA"}]},
        "languages": ["ar", "en"],
        "audience": {"age_min": 22, "age_max": 60, "exclude_customers": True},
        "budget": {"amount": {"amount_minor": 90_000, "currency": "SAR"}, "kind": "daily"},
        "voice": {
            "tone": "warm, unhurried, proud of the craft",
            "must_not_say": ["cheap", "best in the world"],
        },
        "special_categories": [],
        "allow_ai_images": True,
        "allow_ai_video": True,
    },
)

CLINIC = DemoBrief(
    key="clinic",
    client="Hudson Family Clinic",
    currency="USD",
    timezone="America/New_York",
    event="LEAD",
    photos=[
        Photo("clinic-front.jpg", "clinic", "#2a6f97", "#ffffff", "#e3edf3"),
        Photo("team-badge.jpg", "clinic", "#468faf", "#f1faee", "#e8eef1"),
    ],
    brief={
        "name": "Hudson Family Clinic: nurses wanted",
        "goal": "leads",
        "conversion": {"location": "instant_form", "event": "LEAD"},
        "kpi": {"metric": "cpl", "target": 4_500},
        "products": [{"name": "Registered nurse, day shift", "url": "https://careers.hudsonclinic.example/rn"}],
        "landing_urls": ["https://careers.hudsonclinic.example/rn"],
        "geo": {
            "include": [
                {"kind": "city", "name": "New York", "country": "US", "platform_key": "2490299", "radius_km": 40}
            ]
        },
        "languages": ["en", "es"],
        "audience": {"age_min": 24, "age_max": 50, "genders": ["women"]},
        "budget": {"amount": {"amount_minor": 420_000, "currency": "USD"}, "kind": "total"},
        "voice": {"tone": "calm, respectful", "disclaimers": ["Equal opportunity employer."]},
        "special_categories": ["EMPLOYMENT"],
        "special_category_countries": ["US"],
    },
)

CONFERENCE = DemoBrief(
    key="conference",
    client="Tokyo Systems Week",
    currency="JPY",
    timezone="Asia/Tokyo",
    photos=[
        Photo("main-stage.jpg", "stage", "#3d348b", "#f7b801", "#ece9f5"),
        Photo("workshop.jpg", "stage", "#14213d", "#fca311", "#e9edf2"),
    ],
    brief={
        "name": "Tokyo Systems Week",
        "goal": "traffic",
        "conversion": {"location": "website", "event": "CONTENT_VIEW"},
        "products": [{"name": "Conference pass", "url": "https://week.tokyosystems.example/tickets"}],
        "landing_urls": ["https://week.tokyosystems.example"],
        "geo": {"include": [{"kind": "country", "name": "Japan", "country": "JP"}]},
        "languages": ["ja", "en"],
        "budget": {"amount": {"amount_minor": 12_000, "currency": "JPY"}, "kind": "daily"},
        "voice": {"tone": "precise, curious"},
        "special_categories": [],
        "allow_ai_images": True,
    },
)

BRIEFS = {brief.key: brief for brief in (SHOP, CLINIC, CONFERENCE)}
