"""The rival of the contract models: disclosed rows into procurements in pandas, by the same rules but for vendors, which are one by a cleaned name.

Values are Canadian dollars. The rules are those of dbt_project/models/intermediate/procurement.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

LEAST_ORIGINAL, LEAST_DISCLOSED = 5_000, 10_000
_COLUMNS = [
    "line",
    "owner_org",
    "reference_number",
    "procurement_id",
    "vendor_name",
    "contract_date",
    "contract_period_start",
    "contract_value",
    "original_value",
    "amendment_value",
    "instrument_type",
    "reporting_period",
]
_FORMS = r"(?: (?:INC|INCORPORATED|LTD|LIMITED|LTEE|LIMITEE|CORP|CORPORATION|CO|COMPANY|LLP|LP|ULC|ENR|SENC))+$"
_QUARTER = r"(20\d\d-20\d\d-Q[1-4])"
_SWAPPED = r"\d{4}-\d{4}-Q\d"


def procurements(file: Path) -> pd.DataFrame:
    """One row a procurement: owner_org, reference_number of its first row, original and current value, n_amendments, status."""
    rows = _cleaned(pd.read_parquet(file, columns=_COLUMNS))
    rows["group"] = _groups(rows)
    rows = rows.sort_values(
        ["quarter", "is_original", "day", "disclosure", "line"], ascending=[True, False, True, True, True], na_position="first", kind="stable"
    )
    rows["is_first"] = ~rows["group"].duplicated()
    grouped = rows.groupby("group", sort=False)
    found = pd.DataFrame(
        {
            "owner_org": grouped["owner_org"].first(),
            "reference_number": grouped["reference_number"].first(),
            "original": grouped["original"].first(),
            "current": grouped["value"].last(),
            "latest_amendment": grouped["amendment"].last(),
            "n_rows": grouped.size(),
        }
    )
    first = rows[rows["is_first"] & rows["is_original"]].set_index("group")["value"]
    amendments = rows[~rows["is_original"]].groupby("group")["amendment"]
    found["amendments"] = amendments.sum().reindex(found.index).fillna(0)
    are_known = (amendments.count() == amendments.size()).reindex(found.index).fillna(True).astype(bool)
    is_typo = (found["original"] < LEAST_ORIGINAL) & (found["current"] >= LEAST_DISCLOSED)
    found["original"] = found["original"].fillna(first.reindex(found.index)).mask(is_typo)
    tolerance = 0.01 * found["n_rows"]
    found["status"] = np.select(
        [
            found["n_rows"] == 1,
            found["original"].isna() | found["current"].isna() | ~are_known,
            (found["original"] + found["amendments"] - found["current"]).abs() <= tolerance,
            np.minimum(
                (found["latest_amendment"] - found["current"]).abs(),
                (found["original"] + found["latest_amendment"] - found["current"]).abs(),
            )
            <= tolerance,
        ],
        ["single", "", "delta", "cumulative"],
        "neither",
    )
    found["n_amendments"] = found["n_rows"] - 1
    return found.reset_index(drop=True)


def _cleaned(rows: pd.DataFrame) -> pd.DataFrame:
    swapped = rows["procurement_id"].str.contains(_SWAPPED + "-", na=False) & ~rows["reference_number"].str.contains(_SWAPPED, na=False)
    identity = rows["reference_number"].where(swapped, rows["procurement_id"]).str.replace(r"\s", "", regex=True).str.upper()
    key = identity.str.replace(r"/[^/]{0,3}$", "", regex=True)
    instrument = rows["instrument_type"].str.strip().str.upper().replace("", None)
    original, value, amendment = (_amounts(rows[f"{name}_value"]) for name in ("original", "contract", "amendment"))
    disclosure = rows["procurement_id"].where(swapped, rows["reference_number"])
    period = rows["reporting_period"].str.strip()
    return pd.DataFrame(
        {
            "line": rows["line"],
            "owner_org": rows["owner_org"],
            "reference_number": rows["reference_number"],
            "disclosure": disclosure,
            "key": key.where(identity.str.contains(r"\d", na=False)),
            "vendor": _vendors(rows["vendor_name"]),
            "quarter": period.where(period.str.fullmatch(_QUARTER, na=False), disclosure.str.extract(_QUARTER, expand=False)),
            "day": pd.to_datetime(rows["contract_date"].str.strip().str[:10], format="%Y-%m-%d", errors="coerce"),
            "start": pd.to_datetime(rows["contract_period_start"].str.strip().str[:10], format="%Y-%m-%d", errors="coerce"),
            "original": original,
            "value": value,
            "amendment": amendment,
            "is_offer": instrument.eq("SOSA").fillna(False).astype(bool),
            "is_original": (instrument.eq("C") | instrument.isna() & (amendment.fillna(0) == 0) & (original.isna() | (original == value)))
            .fillna(False)
            .astype(bool),
        }
    )


def _amounts(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts.str.strip().where(texts.str.contains(r"^\s*-?\d*\.?\d+(?:[eE][+-]?\d+)?\s*$", na=False)), errors="coerce").round(2)


def _vendors(names: pd.Series) -> pd.Series:
    """Capitals without accents, punctuation, connectives, legal forms and blanks; each distinct name is cleaned once."""
    distinct = pd.Series(names.dropna().unique())
    clean = distinct.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.upper()
    clean = clean.str.replace(r"[^A-Z0-9]+", " ", regex=True).str.replace(r" (?:AND|ET) ", " ", regex=True).str.strip()
    clean = clean.str.replace(_FORMS, "", regex=True).str.replace(" ", "")
    return names.map(dict(zip(distinct, clean, strict=True))).fillna("")


def _groups(rows: pd.DataFrame) -> pd.Series:
    """The group of each row: by the id, else by the value; an orphan joins the only procurement of its vendor, value and start."""
    value = rows["original"].where(rows["original"] >= LEAST_ORIGINAL)
    shared = rows["owner_org"] + "\x1f" + rows["vendor"]
    by_id = rows["is_offer"].map({True: "offer", False: "contract"}) + "\x1f" + shared + "\x1f" + rows["key"]
    by_value = "value\x1f" + shared + "\x1f" + value.astype("str") + "\x1f" + rows["start"].astype("str")
    alone = "row\x1f" + rows["line"].astype("str")
    has_value = value.notna() & rows["start"].notna()
    first = by_id.where(rows["key"].notna(), by_value.where(has_value, alone))
    described = pd.DataFrame(
        {
            "group": first,
            "owner_org": rows["owner_org"],
            "vendor": rows["vendor"],
            "shared": shared + "\x1f" + rows["key"],
            "has_id": rows["key"].notna(),
            "is_offer": rows["is_offer"],
            "n_originals": rows["is_original"].astype(int),
            "value": value,
            "start": rows["start"],
        }
    )
    groups = described.groupby("group", sort=False).agg(
        owner_org=("owner_org", "first"),
        vendor=("vendor", "first"),
        shared=("shared", "first"),
        has_id=("has_id", "max"),
        is_offer=("is_offer", "max"),
        n_originals=("n_originals", "sum"),
        value=("value", "min"),
        start=("start", "min"),
    )
    likeness = ["owner_org", "vendor", "value", "start"]
    fit = groups[(groups["n_originals"] > 0) & groups["has_id"] & ~groups["is_offer"] & groups["value"].notna() & groups["start"].notna()]
    fit = fit[~fit.duplicated(likeness, keep=False)].reset_index(names="target")[[*likeness, "target"]]
    orphans = groups[(groups["n_originals"] == 0) & ~groups["is_offer"]].reset_index()
    offers = groups[groups["is_offer"]].reset_index(names="offer")[["shared", "offer"]].dropna()
    orphans = orphans.merge(offers, on="shared", how="left").merge(fit, on=likeness, how="left")
    targets = orphans["offer"].fillna(orphans["target"])
    target = dict(zip(orphans["group"][targets.notna()], targets[targets.notna()], strict=True))
    several = set(groups.index[~groups["has_id"] & (groups["n_originals"] > 1)])
    return first.map(target).fillna(first).where(~first.isin(several), alone)
