"""Measure the landing of a proactive-publication file of 1.3 million rows: `python -m tests.bench.contracts [ROWS]`.

The whole landing counts: hash, archive, parse, checks, fsync, rename. It runs in a process of its own, and the best of some rounds is held against
the promise; exits 1 when that is broken. The input is synthetic and made anew in a temporary folder.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

ROWS = 1_300_000
ROUNDS = 3
MOST_SECONDS, MOST_MEGABYTES = 30.0, 1_500.0

# Blocks of 35 rows, in the proportions of the real file: a contract with three amendments, two with one, two standing offers, nine old rows whose
# department left most columns empty, and contracts that were never amended. Of the groups with several amendments 58 % reconcile as differences,
# 10 % as totals and the rest, 31 to 32 %, as neither.
_BLOCK = 35
_ROWS = """
    WITH numbered AS (
        SELECT
            row,
            row // 35 AS block,
            row % 35 AS place,
            (hash(row) % 1000003)::BIGINT AS luck,
            (hash(row // 35) % 100)::BIGINT AS kind,
            CASE WHEN row % 35 < 4 THEN 0 WHEN row % 35 < 6 THEN 4 WHEN row % 35 < 8 THEN 6 ELSE row % 35 END AS first_place
        FROM range($rows) rows (row)
    ),

    described AS (
        SELECT
            *,
            place - first_place AS amendments,
            10000 + hash(block * 35 + first_place) % 5000000 / 100.0 AS original,
            1500 + hash(block) % 100000 / 100.0 AS step,
            2012 + (block * 35 + first_place) % 14 AS year,
            'Synthetic ' || ['office supplies', 'road salt', 'engineering', 'software', 'fuel', 'cleaning', 'charts'][1 + luck % 7] AS words,
            place BETWEEN 10 AND 18 AS is_old,
            place IN (8, 9) AS is_standing_offer
        FROM numbered
    )

    SELECT
        printf('C-%d-%d-Q%d-%07d', year, year + 1, 1 + luck % 4, row) AS reference_number,
        CASE
            WHEN luck % 997 = 0 THEN printf('%d-%d-Q1-%05d', year, year + 1, luck)
            ELSE printf('S%08d', block * 35 + first_place) || CASE WHEN luck % 11 = 0 THEN '/001' ELSE '' END
        END AS procurement_id,
        'SYNTHETIC VENDOR ' || (block * 35 + first_place) % 60000 || [' INC.', ' Ltd', ' LTÉE', ''][1 + luck % 4] AS vendor_name,
        CASE WHEN luck % 10 = 0 THEN 'NA' WHEN is_old THEN '' ELSE 'K1A' END AS vendor_postal_code,
        CASE WHEN amendments > 0 THEN 'NA' WHEN is_old THEN '' ELSE 'Synthetic Buyer ' || luck % 5000 END AS buyer_name,
        CASE
            WHEN luck % 5003 = 0 THEN '2201-02-30'
            ELSE strftime(make_date(year, 1 + (block % 12)::INTEGER, 1 + (block % 28)::INTEGER), '%Y-%m-%d')
        END AS contract_date,
        CASE WHEN is_standing_offer THEN 'NA' WHEN luck % 6 = 0 THEN '499' WHEN luck % 3001 = 0 THEN 'O499' ELSE '0473' END AS economic_object_code,
        words || ' and all that belongs to them' AS description_en,
        words || ' et tout ce qui s’y rapporte' AS description_fr,
        strftime(make_date(year, 1 + (block % 12)::INTEGER, 1), '%Y-%m-%d') AS contract_period_start,
        strftime(make_date(year + 2, 3, 31), '%Y-%m-%d') AS delivery_date,
        CASE
            WHEN is_standing_offer THEN '0'
            WHEN luck % 4001 = 0 THEN format('{:,}', (original + amendments * step)::BIGINT)
            ELSE printf('%.2f', original + amendments * step)
        END AS contract_value,
        CASE WHEN is_standing_offer THEN '0' WHEN luck % 20011 = 0 THEN '1.13' ELSE printf('%.2f', original) END AS original_value,
        CASE
            WHEN amendments = 0 THEN '0'
            WHEN place > 3 OR kind < 58 THEN printf('%.2f', step)
            WHEN kind < 68 THEN printf('%.2f', original + amendments * step)
            ELSE printf('%.2f', step * 0.37 + luck % 1000)
        END AS amendment_value,
        CASE
            WHEN luck % 18 = 0 THEN 'This synthetic contract was sole-sourced.' || chr(10) || 'It says "so", on two lines, with commas.'
            WHEN is_old THEN ''
            ELSE 'This synthetic contract was competitively sourced. It is a multi-year contract.'
        END AS comments_en,
        CASE WHEN is_old THEN '' ELSE 'Ce marché synthétique a été attribué de façon concurrentielle.' END AS comments_fr,
        '' AS additional_comments_en,
        '' AS additional_comments_fr,
        CASE WHEN year < 2022 THEN 'Y' ELSE '' END AS agreement_type_code,
        CASE
            WHEN year < 2022 THEN ''
            WHEN luck % 3 = 0 THEN 'CA,CL,CO,EU,GP,HN,KR,PA,PE,TP,UA'
            WHEN luck % 7 = 0 THEN 'NA'
            ELSE 'XX'
        END AS trade_agreement,
        CASE WHEN year < 2022 THEN '' ELSE 'NA' END AS land_claims,
        CASE WHEN is_old THEN '' WHEN luck % 7001 = 0 THEN 'g' ELSE ['G', 'S', 'C'][1 + luck % 3] END AS commodity_type,
        CASE WHEN is_old THEN '' ELSE 'D3' || luck % 100 END AS commodity_code,
        CASE WHEN year < 2019 THEN '' WHEN luck % 10 = 0 THEN 'US' WHEN luck % 9001 = 0 THEN 'NA' ELSE 'CA' END AS country_of_vendor,
        CASE WHEN is_old THEN '' ELSE ['TC', 'TN', 'OB', 'ST', 'AC'][1 + luck % 5] END AS solicitation_procedure,
        CASE WHEN is_old THEN '' ELSE ['00', '71', '05,81', '0'][1 + luck % 4] END AS limited_tendering_reason,
        '00' AS trade_agreement_exceptions,
        CASE WHEN year < 2022 THEN '' ELSE 'NA' END AS indigenous_business,
        'N' AS indigenous_business_excluding_psib,
        'C' AS intellectual_property,
        'N' AS potential_commercial_exploitation,
        'N' AS former_public_servant,
        CASE WHEN is_old THEN '' ELSE 'DC' END AS contracting_entity,
        CASE WHEN is_standing_offer THEN 'SO-' || luck ELSE '' END AS standing_offer_number,
        CASE WHEN is_old THEN '' WHEN is_standing_offer THEN 'SOSA' WHEN amendments > 0 THEN 'A' ELSE 'C' END AS instrument_type,
        'N' AS ministers_office,
        CASE WHEN year < 2022 THEN '' ELSE (1 + luck % 5)::VARCHAR END AS number_of_bids,
        CASE WHEN year < 2022 THEN '' ELSE '0' END AS article_6_exceptions,
        CASE WHEN year < 2022 THEN '' ELSE '1' END AS award_criteria,
        '' AS socioeconomic_indicator,
        printf('%d-%d-Q%d', year, year + 1, 1 + luck % 4) AS reporting_period,
        'syn-' || block % 99 AS owner_org,
        'Synthetic Department ' || block % 99 || ' | Ministère synthétique ' || block % 99 AS owner_org_title
    FROM described
    ORDER BY row
"""


def write_contracts(path: Path, rows: int) -> None:
    """Write a synthetic `contracts.csv` of as many rows in the portal's layout (template 3, 43 columns, with a byte order mark) to `path`."""
    if "synthetic" not in str(path.parent):
        raise ValueError(f"{path} does not say that it is synthetic")
    body = path.with_suffix(".body")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({_ROWS.replace('$rows', str(rows))}) TO '{body}' (FORMAT csv, HEADER)")
    with path.open("wb") as file, body.open("rb") as text:
        file.write(b"\xef\xbb\xbf")
        while chunk := text.read(1 << 20):
            file.write(chunk)
    body.unlink()


def land(payload: Path, folder: Path) -> dict[str, float]:
    """Land the file as a vintage of its own; seconds by the clock and of the processor, and this process's peak in megabytes."""
    from sources import registry
    from sources.landing import Landing
    from sources.spec import Download, Vintage

    dataset, landing = registry.dataset("open_canada/contracts"), Landing(folder)
    start, cpu = time.perf_counter(), time.process_time()
    with landing.attempt(dataset.id, "import", payload.name) as attempt:
        landing.land(attempt, dataset, Download(payload, payload.name, None), lambda parsed: Vintage(date(2026, 9, 24)))
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": attempt.record.rows or 0, "seconds": seconds, "cpu": cpu, "megabytes": peak}


def main(rows: int = ROWS) -> int:
    with tempfile.TemporaryDirectory(prefix="synthetic-") as name:
        payload = Path(name) / "contracts.csv"
        print(f"Writing a synthetic file of {rows:,} contracts …", flush=True)
        _apart("write", payload, rows)
        measures = [json.loads(_apart("land", payload, Path(name) / f"data-{number}")) for number in range(ROUNDS)]
        size = payload.stat().st_size / 1e6
    seconds, cpu, megabytes = (min(measure[what] for measure in measures) for what in ("seconds", "cpu", "megabytes"))
    landed = measures[0]["rows"]
    print(f"{landed:,} rows, {size:,.0f} MB landed in {seconds:.1f} s ({cpu:.1f} s CPU) with {megabytes:,.0f} MB at the peak (best of {ROUNDS}).")
    is_kept = landed == rows and seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
    print("The promise holds." if is_kept else f"Broken promise: {rows:,} rows in {MOST_SECONDS:g} s and {MOST_MEGABYTES:,.0f} MB.")
    return 0 if is_kept else 1


def _apart(*arguments: object) -> str:
    """Run a part of this module in a process of its own: a peak is that of a whole process, and a child begins with its parent's."""
    command = [sys.executable, "-m", "tests.bench.contracts", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", path, number]:
            write_contracts(Path(path), int(number))
        case ["land", path, folder]:
            print(json.dumps(land(Path(path), Path(folder))))
        case numbers:
            sys.exit(main(*map(int, numbers)))
