"""Which rows a report keeps, by `filtering`, and in which order, by `sort`."""

import numpy as np
from numpy.typing import NDArray

from simulator.meta import nodes
from simulator.meta.currencies import CURRENCIES
from simulator.meta.filtering import Condition, keeps
from simulator.meta.market.ledger import COUNTS
from simulator.meta.reports.query import SORTABLE, Query
from simulator.meta.reports.rows import Writer
from simulator.meta.reports.table import Keys, Table, place_of
from simulator.meta.world import Call


def select(call: Call, query: Query, table: Table, writer: Writer) -> Keys:
    """Numbers of the rows that pass every condition; sorted if asked, else by object and date."""
    rows = np.arange(len(table.keys))
    for condition in query.conditions:
        if condition.field in SORTABLE:
            found = _metric(call, table, condition.field)
            rows = np.array([row for row in rows if keeps(condition, float(found[row]))], int)
        else:
            rows = _by_object(call, query, table, writer, condition, rows)
    if query.sort:
        found = _metric(call, table, query.sort[0])[rows]
        rows = rows[np.argsort(-found if query.sort[1] else found, kind="stable")]
    return rows


def _metric(call: Call, table: Table, name: str) -> NDArray[np.float64]:
    """Money in major units, as the report shows it."""
    if name == "reach":
        return table.reach.astype(float)
    divisor = CURRENCIES[call.owner["currency"]][0] if name == "spend" else 1
    return np.asarray(table.counts[:, COUNTS.index(name)] / divisor)


def _by_object(call: Call, query: Query, table: Table, writer: Writer, condition: Condition, rows: Keys) -> Keys:
    """Conditions such as ad.effective_status or campaign.id; each object is looked at once."""
    kind, _, name = condition.field.rpartition(".")
    kind = kind or query.level
    numbers = place_of(query, table.keys)[0]
    verdicts = {}
    for row in np.unique(numbers, return_index=True)[1]:
        found = nodes.value(call, kind, writer.objects(int(row))[kind], name)
        verdicts[int(numbers[row])] = keeps(condition, found)
    return np.asarray(rows[np.array([verdicts[int(numbers[row])] for row in rows], bool)])
