"""The brief that a person typed into the form, with what is wrong in each field."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from pydantic import JsonValue, ValidationError

from api.field_errors import invalid
from api.pages.views.places import line_of, place_of
from api.pages.views.typed import Typed
from models.domain.brief import Brief, Place

# Which field of the form shows the mistake of which part of the brief; the longest match wins.
FIELDS: Mapping[str, str] = {
    "name": "name",
    "raw_text": "raw_text",
    "goal": "goal",
    "conversion": "event",
    "kpi": "kpi_target",
    "economics": "order_value",
    "products": "product_name",
    "offer": "offer_text",
    "offer.code": "offer_code",
    "offer.terms_url": "offer_terms",
    "landing_urls": "landing_urls",
    "geo": "places",
    "languages": "languages",
    "audience": "age_min",
    "audience.personas": "personas",
    "budget": "budget_amount",
    "budget.amount.currency": "currency",
    "flight": "end",
    "voice.tone": "tone",
    "voice.must_say": "must_say",
    "voice.must_not_say": "must_not_say",
    "voice.disclaimers": "disclaimers",
    "dsa": "dsa_beneficiary",
    "tracking": "url_tags",
    "special_category_countries": "special_countries",
}

# What a field is called where its mistake is listed.
LABELS: Mapping[str, str] = {
    "name": "Name",
    "raw_text": "The client's words",
    "goal": "Goal",
    "event": "What counts",
    "kpi_target": "Target",
    "order_value": "Value of an order",
    "gross_margin": "Margin",
    "product_name": "Products",
    "product_price": "Products, price",
    "offer_text": "Offer",
    "offer_code": "Code",
    "offer_from": "Offer, from",
    "offer_to": "Offer, until",
    "offer_terms": "Offer, terms",
    "landing_urls": "Pages to open",
    "places": "Places",
    "not_places": "Not there",
    "languages": "Languages",
    "age_min": "Age",
    "age_max": "Age",
    "personas": "People",
    "budget_amount": "Budget",
    "budget_kind": "Budget",
    "currency": "Currency",
    "start": "Start",
    "end": "End",
    "zone": "Time zone",
    "tone": "Tone",
    "must_say": "Must be said",
    "must_not_say": "Must not be said",
    "disclaimers": "Small print",
    "special_countries": "Countries",
    "dsa_beneficiary": "Who benefits and who pays",
    "url_tags": "Tags in links",
}


def typed_brief(typed: Typed, old: Brief | None) -> Brief | None:
    """The brief that the form describes; None where something is wrong, which `typed` then holds.

    What the form does not show stays as it is in `old`. A field that a person changed is theirs from then on.
    """
    body = _Writer(typed, old).body()
    if typed.mistakes:
        return None
    try:
        brief = Brief.model_validate(body)
    except ValidationError as error:
        _place_mistakes(typed, error)
        return None
    return _with_sources(brief, old)


def _place_mistakes(typed: Typed, error: ValidationError) -> None:
    for found, shown in zip(error.errors(), invalid(error.errors()).members["errors"], strict=True):  # type: ignore[arg-type]
        path = ".".join(str(part) for part in found["loc"])
        names = [name for name in FIELDS if path == name or path.startswith(f"{name}.")]
        words = str(shown["message"]) if isinstance(shown, dict) else str(found["msg"])
        field = FIELDS[max(names, key=len)] if names else "end"
        typed.wrong(field, f"{words[:1].upper()}{words[1:]}".rstrip(".") + ".")


def _with_sources(brief: Brief, old: Brief | None) -> Brief:
    if old is None:
        return brief
    before, after = old.model_dump(), brief.model_dump()
    kept = {name: source for name, source in old.provenance.items() if before.get(name) == after.get(name)}
    return brief.model_copy(update={"provenance": kept})


class _Writer:
    """Turns the fields of the form into the body of a brief."""

    def __init__(self, typed: Typed, old: Brief | None) -> None:
        self.typed = typed
        self.old = old
        self.currency = typed.one("currency").upper()
        self.zone = typed.one("zone")
        if self.currency not in list_currencies():
            typed.wrong("currency", "Write a currency's three letters, such as SAR.")
            self.currency = "USD"
        if self.zone not in available_timezones():
            typed.wrong("zone", "Write a time zone such as Asia/Riyadh.")
            self.zone = "UTC"

    def body(self) -> dict[str, JsonValue]:
        typed = self.typed
        kept: dict[str, JsonValue] = self.old.model_dump(mode="json") if self.old else {}
        return {
            **kept,
            "name": typed.one("name") or self._first_line(),
            "raw_text": typed.one("raw_text"),
            "goal": typed.one("goal") or None,
            "conversion": self._conversion(kept.get("conversion")),
            "kpi": self._kpi(),
            "economics": self._economics(kept.get("economics")),
            "products": self._products(),
            "offer": self._offer(),
            "landing_urls": [*typed.lines("landing_urls")],
            "geo": self._geo(),
            "languages": [tag for tag in typed.one("languages").replace(",", " ").split() if tag],
            "audience": self._audience(kept.get("audience")),
            "budget": self._budget(kept.get("budget")),
            "flight": self._flight(kept.get("flight")),
            "assets": self._assets(kept.get("assets")),
            "voice": {
                "tone": typed.one("tone") or None,
                "must_say": [*typed.lines("must_say")],
                "must_not_say": [*typed.lines("must_not_say")],
                "disclaimers": [*typed.lines("disclaimers")],
            },
            "special_categories": self._special(),
            "special_category_countries": [*typed.one("special_countries").upper().replace(",", " ").split()],
            "dsa": self._dsa(),
            "tracking": {**_object(kept.get("tracking")), "url_tags": typed.one("url_tags") or None},
            "approval": {**_object(kept.get("approval")), "preset": typed.one("preset") or "solo"},
        }

    def _first_line(self) -> str:
        """A brief that comes as a mail has a name in its first line, until somebody gives it a better one."""
        lines = self.typed.lines("raw_text")
        if not lines:
            self.typed.wrong("name", "Give the campaign a name.")
            return "unnamed"
        return lines[0][:80]

    def _conversion(self, kept: JsonValue) -> JsonValue:
        location = self.typed.one("location")
        if not location:
            if self.typed.one("event"):
                self.typed.wrong("event", "Say where it happens: on the website or in Meta's form.")
            return None
        return {**_object(kept), "location": location, "event": self.typed.one("event") or None}

    def _kpi(self) -> JsonValue:
        metric, text = self.typed.one("kpi_metric"), self.typed.one("kpi_target")
        if not metric and not text:
            return None
        if not metric or not text:
            self.typed.wrong("kpi_target", "Choose what is measured and write its target, or leave both empty.")
            return None
        # A return of 2.5 is stored as 250, which is how two decimals read.
        target = self.typed.minor("kpi_target", "USD" if metric == "roas" else self.currency)
        return {"metric": metric, "target": target, "hard": self.typed.has("kpi_hard", "yes")} if target else None

    def _economics(self, kept: JsonValue) -> JsonValue:
        margin = self.typed.minor("gross_margin", "USD")
        return {**_object(kept), "order_value": self._money("order_value"), "gross_margin": margin}

    def _products(self) -> JsonValue:
        images = {product.name: [str(i) for i in product.images] for product in self.old.products} if self.old else {}
        skus = {product.name: product.sku for product in self.old.products} if self.old else {}
        found: list[JsonValue] = []
        for place, name in enumerate(self.typed.all("product_name")):
            url, price = self.typed.at("product_url", place), self._money("product_price", place)
            if not name and (url or price):
                self.typed.wrong("product_name", f"Product {place + 1} needs a name.")
            elif name:
                kept: list[JsonValue] = [*images.get(name, [])]
                found.append({"name": name, "url": url or None, "price": price, "images": kept, "sku": skus.get(name)})
        return found

    def _offer(self) -> JsonValue:
        typed = self.typed
        details = [typed.one(name) for name in ("offer_code", "offer_from", "offer_to", "offer_terms")]
        if not typed.one("offer_text"):
            if any(details):
                typed.wrong("offer_text", "Say what the offer is, such as 20 % off everything.")
            return None
        return {
            "text": typed.one("offer_text"),
            "code": typed.one("offer_code") or None,
            "valid_from": self._instant("offer_from"),
            "valid_to": self._instant("offer_to"),
            "terms_url": typed.one("offer_terms") or None,
        }

    def _geo(self) -> JsonValue:
        include, exclude = self._places("places"), self._places("not_places")
        if exclude and not include:
            self.typed.wrong("places", "Say where the ads are shown, not only where they are not.")
        return {"include": include, "exclude": exclude} if include else None

    def _places(self, name: str) -> list[JsonValue]:
        known = [*self.old.geo.include, *self.old.geo.exclude] if self.old and self.old.geo else []
        found: list[JsonValue] = []
        for line in self.typed.lines(name):
            try:
                found.append(_same(place_of(line), known).model_dump(mode="json"))
            except ValueError as error:
                self.typed.wrong(name, str(error))
        return found

    def _audience(self, kept: JsonValue) -> JsonValue:
        gender = self.typed.one("gender")
        genders: list[JsonValue] = [gender] if gender else []
        return {
            **_object(kept),
            "age_min": self.typed.number("age_min") or 18,
            "age_max": self.typed.number("age_max") or 65,
            "genders": genders,
            "personas": [*self.typed.lines("personas")],
            "exclude_customers": self.typed.has("exclude_customers", "yes"),
        }

    def _budget(self, kept: JsonValue) -> JsonValue:
        amount, kind = self._money("budget_amount"), self.typed.one("budget_kind")
        if amount is None:
            return None
        if not kind:
            self.typed.wrong("budget_kind", "Say whether this is a day's, a month's or the whole budget.")
        if kind == "total" and not self.typed.one("end"):
            self.typed.wrong("end", "A whole budget needs an end date; add one, or choose a daily budget.")
        return {**_object(kept), "amount": amount, "kind": kind or "daily"}

    def _flight(self, kept: JsonValue) -> JsonValue:
        times: dict[str, JsonValue] = {"start": self._instant("start"), "end": self._instant("end")}
        return {**_object(kept), **times, "immovable": self.typed.has("immovable", "yes")}

    def _assets(self, kept: JsonValue) -> JsonValue:
        known = {str(use["id"]): use for use in kept if isinstance(use, dict)} if isinstance(kept, list) else {}
        return [known.get(asset_id, {"id": asset_id}) for asset_id in self.typed.all("picture")]

    def _special(self) -> JsonValue:
        chosen: list[JsonValue] = [value for value in self.typed.all("special") if value != "none"]
        return chosen if chosen or self.typed.has("special", "none") else None

    def _dsa(self) -> JsonValue:
        beneficiary, payor = self.typed.one("dsa_beneficiary"), self.typed.one("dsa_payor")
        if bool(beneficiary) != bool(payor):
            self.typed.wrong("dsa_beneficiary", "Name both: who benefits and who pays.")
            return None
        return {"beneficiary": beneficiary, "payor": payor} if beneficiary else None

    def _money(self, name: str, place: int = 0) -> JsonValue:
        amount = self.typed.minor(name, self.currency, place=place)
        return None if amount is None else {"amount_minor": amount, "currency": self.currency}

    def _instant(self, name: str) -> str | None:
        instant = self.typed.instant(name, self.zone)
        return instant.isoformat() if instant else None


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _same(place: Place, known: list[Place]) -> Place:
    """The place as it was, with the platform's own key, where its line was not changed."""
    return next((old for old in known if line_of(old) == line_of(place)), place)
