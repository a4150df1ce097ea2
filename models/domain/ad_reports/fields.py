"""What a report may tell, and under which titles the platform's own exports tell it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum

from models.domain.metrics import MetricLevel


class ReportField(StrEnum):
    CAMPAIGN_ID = "campaign_id"
    CAMPAIGN_NAME = "campaign_name"
    AD_SET_ID = "ad_set_id"
    AD_SET_NAME = "ad_set_name"
    AD_ID = "ad_id"
    AD_NAME = "ad_name"
    DAY = "day"
    FROM = "from"
    UNTIL = "until"
    ATTRIBUTION = "attribution"
    CURRENCY = "currency"
    SPEND = "spend"
    IMPRESSIONS = "impressions"
    CLICKS = "clicks"
    REACH = "reach"
    LINK_CLICKS = "link_clicks"
    LANDING_PAGE_VIEWS = "landing_page_views"
    VIDEO_3S_VIEWS = "video_3s_views"
    THRUPLAYS = "thruplays"
    CONVERSIONS = "conversions"
    CONVERSION_VALUE = "conversion_value"
    LEADS = "leads"


F = ReportField
MONEY = (F.SPEND, F.CONVERSION_VALUE)
WHOLE = (
    F.IMPRESSIONS,
    F.CLICKS,
    F.REACH,
    F.LINK_CLICKS,
    F.LANDING_PAGE_VIEWS,
    F.VIDEO_3S_VIEWS,
    F.THRUPLAYS,
    F.CONVERSIONS,
    F.LEADS,
)
# Every reading has them; an empty cell is a zero that the platform leaves out.
REQUIRED = (F.SPEND, F.IMPRESSIONS, F.CLICKS)

IDENTITY: Mapping[MetricLevel, tuple[ReportField, ReportField]] = {
    MetricLevel.AD: (F.AD_ID, F.AD_NAME),
    MetricLevel.AD_SET: (F.AD_SET_ID, F.AD_SET_NAME),
    MetricLevel.CAMPAIGN: (F.CAMPAIGN_ID, F.CAMPAIGN_NAME),
}

# Titles of Ads Manager's exports in English, German, French and Spanish. Where several stand for one field, the first
# that a file has is taken.
TITLES: Mapping[ReportField, Sequence[str]] = {
    F.CAMPAIGN_ID: ("campaign id", "kampagnen-id", "identificador de la campaña"),
    F.CAMPAIGN_NAME: ("campaign name", "kampagnenname", "nom de la campagne", "nombre de la campaña"),
    F.AD_SET_ID: ("ad set id", "anzeigengruppen-id", "identificador del conjunto de anuncios"),
    F.AD_SET_NAME: (
        "ad set name",
        "anzeigengruppenname",
        "name der anzeigengruppe",
        "nom de l'ensemble de publicités",
        "nombre del conjunto de anuncios",
    ),
    F.AD_ID: ("ad id", "anzeigen-id", "identificador del anuncio"),
    F.AD_NAME: ("ad name", "anzeigenname", "nom de la publicité", "nombre del anuncio"),
    F.DAY: ("day", "tag", "jour", "día"),
    F.FROM: ("reporting starts", "berichtsstart", "début des rapports", "inicio del informe"),
    F.UNTIL: ("reporting ends", "berichtsende", "fin des rapports", "fin del informe"),
    F.ATTRIBUTION: ("attribution setting", "attributionseinstellung", "configuración de atribución"),
    F.CURRENCY: ("currency", "währung", "divisa"),
    F.SPEND: ("amount spent", "ausgegebener betrag", "montant dépensé", "importe gastado"),
    F.IMPRESSIONS: ("impressions", "impressionen", "impresiones"),
    F.CLICKS: ("clicks (all)", "klicks (alle)", "clics (tous)", "clics (todos)"),
    F.REACH: ("reach", "reichweite", "couverture", "alcance"),
    F.LINK_CLICKS: ("link clicks", "link-klicks", "clics sur un lien", "clics en el enlace"),
    F.LANDING_PAGE_VIEWS: ("landing page views", "visitas a la página de destino"),
    F.VIDEO_3S_VIEWS: ("3-second video plays", "3-second video views", "reproducciones de video de 3 segundos"),
    F.THRUPLAYS: ("thruplays",),
    F.CONVERSIONS: (
        "purchases",
        "website purchases",
        "achats",
        "compras",
        "results",
        "ergebnisse",
        "résultats",
        "resultados",
    ),
    F.CONVERSION_VALUE: (
        "purchases conversion value",
        "purchase conversion value",
        "website purchases conversion value",
        "valeur de conversion des achats",
        "valor de conversión de compras",
    ),
    F.LEADS: ("leads", "on-facebook leads", "meta leads", "clientes potenciales"),
}

# "Amount spent (USD)"
_CURRENCY = re.compile(r"\s*\(([A-Z]{3})\)\s*$")


def currency_of(title: str) -> str | None:
    """The ISO 4217 code that a column's title ends with."""
    found = _CURRENCY.search(title)
    return found[1] if found else None


def plain(title: str) -> str:
    """For comparing: without currency, letter case, and the many spellings of spaces and apostrophes."""
    title = unicodedata.normalize("NFKC", _CURRENCY.sub("", title)).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(title.casefold().replace("_", " ").split())


def guessed(columns: Sequence[str]) -> dict[ReportField, str]:
    """The column for each field whose title is known. Nothing is guessed from a title that only looks alike."""
    by_title: dict[str, str] = {}
    for column in columns:
        by_title.setdefault(plain(column), column)
    found = {}
    for field, titles in TITLES.items():
        names = (*titles, plain(field.value))
        known = [by_title[name] for name in names if name in by_title]
        if known:
            found[field] = known[0]
    return found


def level_of(columns: Mapping[ReportField, str]) -> MetricLevel | None:
    """The deepest level that the mapped columns name; None where they name nothing."""
    return next((level for level, pair in IDENTITY.items() if any(field in columns for field in pair)), None)
