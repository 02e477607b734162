"""How many days from the last service to the payment, by payer? A table and a chart of an 835.

A payer that says when it received a claim (DTM*050) shows how many of the days were its own.

    python days_to_payment.py payments.835 --plot days.svg

Needs polars and matplotlib. Reversals (CLP02 22) are no payments: they are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

import scrubjay

REVERSAL = "22"
CLAIM = ["source", "index"]


def days(path: Path) -> pl.DataFrame:
    """A row a claim that was paid: payer, days since the service and since it was received."""
    payments, claims, lines = (
        pl.DataFrame(scrubjay.table(path, name)).lazy()
        for name in ("payments", "payment_claims", "payment_lines")
    )
    served = lines.group_by(CLAIM).agg(
        last=pl.max_horizontal(pl.col("service_from").max(), pl.col("service_to").max())
    )
    return (
        claims.filter(pl.col("status_code") != REVERSAL, pl.col("paid") > 0)
        .join(served, on=CLAIM, how="left")
        .join(payments.select("source", "date", "payer_name"), on="source")
        .select(
            payer="payer_name",
            since_service=(
                pl.col("date") - pl.coalesce("statement_to", "statement_from", "last")
            ).dt.total_days(),
            since_received=(pl.col("date") - pl.col("received")).dt.total_days(),
        )
        .collect()
    )


def by_payer(found: pl.DataFrame) -> pl.DataFrame:
    """The half and the nine tenths of each payer's claims, the slowest payer first."""
    quantiles = [
        pl.col(f"since_{begin}").quantile(share).alias(f"{begin} {share:.0%}")
        for begin in ("service", "received")
        for share in (0.5, 0.9)
    ]
    return (
        found.group_by("payer")
        .agg(pl.len().alias("claims"), *quantiles)
        .sort("service 50%", descending=True)
    )


def plot(found: pl.DataFrame, path: Path) -> None:
    """The share of claims that is paid after so many days, a line a payer."""
    figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
    for (payer,), rows in sorted(found.group_by("payer")):
        axes.ecdf(rows["since_service"].drop_nulls(), label=payer)
    axes.set_xlabel("days since the last service")
    axes.set_ylabel("share of claims paid")
    axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    """Ask, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--plot", type=Path, default=Path("days_to_payment.svg"))
    asked = parser.parse_args()
    try:
        found = days(asked.file)
    except scrubjay.ScrubjayError as error:
        parser.exit(2, f"{error}\n")
    with pl.Config(tbl_rows=50, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True):
        print(by_payer(found))
    plot(found, asked.plot)
    print(f"{asked.plot} has the chart")


if __name__ == "__main__":
    main()
