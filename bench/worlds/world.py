"""What a world is made of: ranges, from which each campaign and each ad set draws its own hidden truth."""

from dataclasses import dataclass

from bench.worlds.curves import Family

Range = tuple[float, float]

# US dollars per unit are rounded; what matters is that minor units lie three orders of magnitude apart.
CURRENCIES = {"USD": (2, 1.0), "EUR": (2, 1.1), "JPY": (0, 0.0066), "KRW": (0, 0.00072), "KWD": (3, 3.25)}


@dataclass(frozen=True)
class World:
    """Ranges are from-to; each campaign draws within them evenly, on a log scale where a value spans magnitudes.

    `density` is conversions per ad set and day at an equal split. `quality` is the spread (of the logarithm) of what
    ad sets of a campaign bring per unit of money; `duds` are a share of them that bring next to nothing, and
    `in_clicks` the part of all that which shows in clicks per spend (the rest: conversions per click). Returns bend at
    `room` times an equal split, with a spread of `sizes` among the ad sets; `motley` draws a curve for each ad set,
    else a campaign's ad sets share theirs. `known` is the correlation of the score before launch with the true
    quality. `drift` is the spread a rate's logarithm gains in a day's random walk (it grows with the square root of
    time), `fatigue` the share lost per day of age. `deaths` and `arrivals` are shares of ad sets over the horizon;
    `revival` is the share of dead ones that come back. While an ad set learns it brings `learning_cost` less, for
    `learning_hours` or until `learning_results` have come. `late` is the share of conversions reported days rather
    than hours after their click. `noise` is the variance of an hour's rates beyond that of counts. `bent_rate` is the
    share of a curve's bend that shows in conversions per click; the rest shows in clicks per spend. A campaign affords
    at least `minimums` times the platform's minimum for each ad set. `from_nothing` starts all ad sets with budget 0
    instead of an equal split.
    """

    name: str
    words: str
    days: int = 14
    campaigns: int = 60
    arms: tuple[int, int] = (2, 8)
    families: tuple[Family, ...] = tuple(Family)
    exponents: Range = (0.45, 0.75)
    motley: bool = False
    minimums: float = 3.0
    density: Range = (0.08, 4.0)
    budget_usd: Range = (15, 15_000)
    currencies: tuple[str, ...] = tuple(CURRENCIES)
    quality: Range = (0.7, 1.1)
    duds: float = 0.2
    in_clicks: Range = (0.2, 0.6)
    sizes: Range = (0.5, 1.0)
    room: Range = (0.5, 2.0)
    known: Range = (0.3, 0.5)
    drift: Range = (0.04, 0.1)
    fatigue: Range = (0.0, 0.03)
    deaths: float = 0.12
    revival: float = 0.0
    arrivals: float = 0.12
    learning_cost: Range = (0.1, 0.25)
    learning_hours: Range = (48, 96)
    learning_results: Range = (20, 50)
    late: Range = (0.3, 0.6)
    noise: Range = (0.1, 0.5)
    bent_rate: Range = (0.0, 0.5)
    from_nothing: bool = False
    held_back: bool = False
