"""`python -m bench.fit_score`: prints the coefficients of the built-in model of the score.

A plain logistic regression over simulated panels of all families but those that are held back for comparing. Each
family weighs the same.
"""

from __future__ import annotations

import numpy as np
from rich.console import Console
from scipy import optimize, special

from bench.panels import FAMILIES, HELD_BACK, examples, simulate
from optimizer.scoring.features import UNIVERSAL, features

SEED = 20
CAMPAIGNS, DAYS = 300, 80


def main() -> None:
    found = [examples(simulate(family, CAMPAIGNS, DAYS, SEED)) for family in FAMILIES if family.name not in HELD_BACK]
    tables = [features(one.panel).columns(UNIVERSAL) for one in found]
    weight = np.concatenate([np.full(len(table), 1 / len(table)) for table in tables])
    sign = np.concatenate([np.where(one.above, 1.0, -1.0) for one in found])
    table = np.column_stack([np.concatenate(tables), np.ones(len(sign))])

    def loss(weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, object]:
        odds = sign * (table @ weights)
        return float(weight @ np.logaddexp(0, -odds)), -table.T @ (weight * sign * special.expit(-odds))

    weights = optimize.minimize(loss, np.zeros(table.shape[1]), jac=True, method="BFGS").x
    for name, value in zip((*UNIVERSAL, "intercept"), weights, strict=True):
        Console().print(f"{name:10} {value:+.3f}")


if __name__ == "__main__":
    main()
