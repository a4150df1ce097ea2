"""The worlds by name. Two are held back: figures of theirs are reported, and nothing is ever tuned to them."""

from bench.worlds.curves import Family
from bench.worlds.world import World

_ALL = (
    World("mixed", "every family, density, currency and nuisance within one account"),
    World(
        "level",
        "ad sets nearly equal, few conversions: little to gain, and what looks like a difference is luck",
        quality=(0.02, 0.08),
        sizes=(0.02, 0.08),
        drift=(0.005, 0.015),
        fatigue=(0.0, 0.004),
        deaths=0.0,
        arrivals=0.0,
    ),
    World(
        "sparse",
        "small shops: from below one conversion per ad set and week to one in two days; four weeks",
        days=28,
        density=(0.05, 0.5),
        budget_usd=(10, 300),
        late=(0.4, 0.7),
    ),
    World(
        "dense",
        "large advertisers with many conversions and ad sets; what counts is the marginal return",
        days=14,
        arms=(4, 8),
        density=(3, 12),
        budget_usd=(1_000, 50_000),
        families=(Family.LOG, Family.EXPONENTIAL, Family.HILL),
    ),
    World(
        "drifting",
        "rates wander by a fifth of themselves in three days, and ads tire: yesterday's best is not today's",
        drift=(0.08, 0.14),
        fatigue=(0.01, 0.05),
    ),
    World(
        "dying",
        "every third ad set stops delivering without a word, some come back; many arrive later",
        days=28,
        deaths=0.35,
        revival=0.4,
        arrivals=0.25,
        arms=(3, 8),
    ),
    World(
        "strict",
        "a costly, long learning phase, and results that are told late",
        learning_cost=(0.3, 0.45),
        learning_hours=(96, 168),
        learning_results=(40, 80),
        late=(0.6, 0.8),
    ),
    World(
        "fresh",
        "two weeks after launch: every ad set begins with budget 0, the score before launch says a little more",
        days=14,
        known=(0.45, 0.6),
        from_nothing=True,
    ),
    World(
        "steep",
        "held back: power curves near a straight line, so that the best ad set deserves almost everything",
        families=(Family.POWER,),
        exponents=(0.7, 0.85),
        quality=(0.35, 0.6),
        held_back=True,
    ),
    World(
        "rough",
        "held back: early bends, strong noise, deaths and drift at once, results told late",
        days=28,
        families=(Family.EXPONENTIAL, Family.HILL),
        noise=(0.3, 0.6),
        drift=(0.06, 0.1),
        deaths=0.2,
        revival=0.3,
        arrivals=0.2,
        late=(0.5, 0.8),
        quality=(0.7, 1.0),
        held_back=True,
    ),
)
WORLDS = {world.name: world for world in _ALL}
