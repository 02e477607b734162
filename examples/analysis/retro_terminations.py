"""Whose coverage ended long before anybody was told? A table and a chart of an 834.

A coverage that is ended (HD01 024) on a day more than `--days` before the file was made is a retro
termination: premiums may have to come back, and claims paid since then with them.

    python retro_terminations.py members.834 --plot retro.svg

Needs polars and matplotlib.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

import scrubjay

ENDED = "024"


def terminations(path: Path) -> pl.DataFrame:
    """A row a coverage that is ended: sponsor, line, plan, end, and by how many days late."""
    coverages, sources = (
        pl.DataFrame(scrubjay.table(path, name)).lazy()
        for name in ("coverages", "enrollment_sources")
    )
    return (
        coverages.filter(pl.col("action_code") == ENDED, pl.col("end").is_not_null())
        .join(sources.select("source", "date", "sponsor_name"), on="source")
        .select(
            "line",
            "plan",
            "end",
            sponsor="sponsor_name",
            late=(pl.col("date") - pl.col("end")).dt.total_days(),
        )
        .collect()
    )


def plot(found: pl.DataFrame, days: int, path: Path) -> None:
    """How late terminations are told; those beyond `days` stand out."""
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    late = found["late"].to_numpy()
    edges = range(min([*late, 0]) // 10 * 10, max([*late, days]) + 20, 10)
    axes.hist(
        [late[late <= days], late[late > days]],
        bins=edges,
        stacked=True,
        label=[
            "in time",
            f"more than {days} days",
        ],
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_xlabel("days from the end of the coverage to the file")
    axes.set_ylabel("coverages")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main() -> None:
    """Ask, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--plot", type=Path, default=Path("retro_terminations.svg"))
    asked = parser.parse_args()
    try:
        found = terminations(asked.file)
    except scrubjay.ScrubjayError as error:
        parser.exit(2, f"{error}\n")
    retro = found.filter(pl.col("late") > asked.days).sort("late", descending=True)
    with pl.Config(tbl_rows=20, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True):
        print(retro)
    print(f"{len(retro)} of {len(found)} terminations were told more than {asked.days} days late")
    plot(found, asked.days, asked.plot)
    print(f"{asked.plot} has the chart")


if __name__ == "__main__":
    main()
