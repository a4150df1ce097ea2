"""Account currencies: minor units per unit as Meta counts them, and a rough price of one US dollar for its minimums."""

CURRENCIES: dict[str, tuple[int, float]] = {
    "AED": (100, 3.67), "AUD": (100, 1.5), "BHD": (100, 0.38), "BRL": (100, 5.5), "CAD": (100, 1.4),
    "CHF": (100, 0.85), "CLP": (1, 950.0), "CNY": (100, 7.2), "DKK": (100, 6.6), "EGP": (100, 49.0),
    "EUR": (100, 0.9), "GBP": (100, 0.78), "IDR": (1, 16_000.0), "ILS": (100, 3.6), "INR": (100, 86.0),
    "JPY": (1, 150.0), "KRW": (1, 1_400.0), "KWD": (100, 0.31), "MXN": (100, 19.0), "NOK": (100, 10.5),
    "PLN": (100, 3.9), "QAR": (100, 3.64), "SAR": (100, 3.75), "SEK": (100, 10.0), "SGD": (100, 1.33),
    "TRY": (100, 38.0), "TWD": (1, 31.0), "USD": (100, 1.0), "VND": (1, 25_500.0), "ZAR": (100, 18.0),
}  # fmt: skip

LOW_FREQUENCY_GOALS = {
    "OFFSITE_CONVERSIONS", "VALUE", "LEAD_GENERATION", "QUALITY_LEAD", "CONVERSATIONS", "APP_INSTALLS", "QUALITY_CALL",
}  # fmt: skip
NO_SPEND_CAP = 922337203685478


def minor_units(usd: float, currency: str) -> int:
    offset, per_usd = CURRENCIES[currency]
    return round(usd * per_usd * offset)


def minimum_budgets(currency: str) -> dict[str, int]:
    """Daily minimums in minor units, named as the minimum_budgets edge names them."""
    return {
        "min_daily_budget_imp": minor_units(1, currency),
        "min_daily_budget_high_freq": minor_units(1, currency),
        "min_daily_budget_low_freq": minor_units(5, currency),
        "min_daily_budget_video_views": minor_units(1, currency),
    }


def minimum_for(goal: str, currency: str) -> int:
    rows = minimum_budgets(currency)
    if goal in LOW_FREQUENCY_GOALS:
        return rows["min_daily_budget_low_freq"]
    return rows["min_daily_budget_video_views" if goal == "THRUPLAY" else "min_daily_budget_imp"]


def spend_cap_floor(currency: str) -> int:
    return minor_units(100, currency)
