"""Which reasons keep money back, and how much? A table and a chart of an 835.

Contractual reductions (45), what an earlier payer paid (23) and what the patient owes (PR) are no
denials: they are left out. Amounts of a reversal are negative and take back what they reverse.

    python denials.py payments.835 --plot denials.svg

Needs duckdb, pyarrow and matplotlib. Reason codes (CARC) are X12's; their texts are licensed, so
that only the codes are shown.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
import matplotlib.pyplot as plt
import pyarrow as pa

import scrubjay

QUESTION = """
select
  group_code || '-' || reason_code as reason,
  count(distinct (source, index)) as claims,
  sum(amount) as amount,
from adjustment
where group_code <> 'PR' and reason_code not in ('45', '23')
group by all
order by amount desc
limit $most
"""


def reasons(path: Path, most: int = 12) -> duckdb.DuckDBPyRelation:
    """The reasons that keep most money back: reason, claims, amount."""
    adjustment = pa.table(scrubjay.table(path, "payment_adjustments"))
    database = duckdb.connect()
    database.register("adjustment", adjustment)
    return database.sql(QUESTION, params={"most": most})


def plot(found: duckdb.DuckDBPyRelation, path: Path) -> None:
    """A bar for each reason, the longest on top."""
    rows = found.fetchall()[::-1]
    figure, axes = plt.subplots(figsize=(8, 0.4 * len(rows) + 1.2), layout="constrained")
    bars = axes.barh([reason for reason, _, _ in rows], [float(amount) for _, _, amount in rows])
    axes.bar_label(bars, [f"{claims:,} claims" for _, claims, _ in rows], padding=4)
    axes.margins(x=0.2)
    axes.set_xlabel("dollars kept back")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    """Ask, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--plot", type=Path, default=Path("denials.svg"))
    asked = parser.parse_args()
    try:
        found = reasons(asked.file)
    except scrubjay.ScrubjayError as error:
        parser.exit(2, f"{error}\n")
    found.show()
    plot(found, asked.plot)
    print(f"{asked.plot} has the chart")


if __name__ == "__main__":
    main()
