"""What a world is made of: ranges, from which each campaign and each ad set draws its own hidden truth."""

from dataclasses import dataclass, field

from bench.worlds.curves import Family

Range = tuple[float, float]

# US dollars per unit are rounded; what matters is that minor units lie three orders of magnitude apart.
CURRENCIES = {"USD": (2, 1.0), "EUR": (2, 1.1), "JPY": (0, 0.0066), "KRW": (0, 0.00072), "KWD": (3, 3.25)}


@dataclass(frozen=True)
class World:
    """Ranges are from-to; each campaign draws within them evenly, on a log scale where a value spans magnitudes.

    `density` is conversions per ad set and day at an equal split; `quality` the spread (of the logarithm) of what ad
    sets of a campaign bring per unit of money, `sizes` that of the budget at which their returns bend. `known` is the
    correlation of the score before launch with the true quality. `drift` is the spread a rate's logarithm gains in a
    day's random walk (it grows with the square root of time), `fatigue` the share lost per day of age. `deaths` and
    `arrivals` are shares of ad sets over the horizon; `revival` is the share of dead ones that come back. While an ad
    set learns it brings `learning_cost` less, for `learning_hours` or until `learning_results` have come.
    `late` is the share of conversions reported later than a day after their click. `bent_rate` is the share of a
    curve's bend that shows in conversions per click; the rest shows in clicks per spend. `from_nothing` starts all
    ad sets with budget 0 instead of an equal split.
    """

    name: str
    words: str
    days: int = 21
    campaigns: int = 60
    arms: tuple[int, int] = (2, 8)
    families: tuple[Family, ...] = tuple(Family)
    exponents: Range = (0.45, 0.75)
    density: Range = (0.1, 6.0)
    budget_usd: Range = (15, 15_000)
    currencies: tuple[str, ...] = tuple(CURRENCIES)
    quality: Range = (0.5, 0.8)
    sizes: Range = (0.3, 0.6)
    known: Range = (0.3, 0.5)
    drift: Range = (0.02, 0.07)
    fatigue: Range = (0.0, 0.02)
    deaths: float = 0.08
    revival: float = 0.0
    arrivals: float = 0.08
    learning_cost: Range = (0.15, 0.3)
    learning_hours: Range = (48, 96)
    learning_results: Range = (20, 50)
    late: Range = (0.3, 0.6)
    noise: Range = (0.05, 0.2)
    bent_rate: Range = (0.0, 0.5)
    from_nothing: bool = False
    held_back: bool = field(default=False)
