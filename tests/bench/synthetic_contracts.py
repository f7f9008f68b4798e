"""Synthetic federal contracts in the layout of proactive publication, with the truth beside them: what is one procurement, and what it is worth.

The proportions are those of the real file of September 2026 (1,313,272 rows, 1,087,185 procurements, of which 37,361 have two amendments or more:
58 % of these reconcile as differences, 10 % as totals, the rest not at all), and so are the faults: suffixes behind ids, swapped ids, blank ids,
spellings of one vendor, typos, countries in words. Names are invented. Nothing is random: a row depends on its number alone.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

# Planted in rows of the file, so that a test can look for them in a release.
OFFICER = "Synthetic Officer"
ADDRESS = "synthetic.officer@example.gc.ca"
TELEPHONE = "613-555-0142"

VENDORS = 60_000
_HEADS = (
    "ALDER BRACKEN CORMO DUNVE ESKER FALCO GRANDI HOLLO INVER JUNIPE KESTRE LARCHA MORAI NORTHE OSPRE PEREGRI QUARTZI ROWAN SUMACH TAMARA",
    "BROOK CASTLE FIELD HAVEN POINT RIDGE STONE WATER THWAITE SHIRE CHURCH MINSTER COMBE WICKET TOWERS HOLLOW KNOLL GLEBE BARROW MARSHES",
)
_TRADES = "PAVING SOFTWARE CATERING DRILLING OPTICS ROOFING SURVEYING TRANSLATION DREDGING FURNITURE PLUMBING AVIATION FORESTRY PRINTING HYDRAULICS"
_KINDS = "ONTARIO|GROUP|SYSTEMS|CONSULTING|CANADA|SERVICES AND WORKS|AND PARTNERS|LABORATORIES|DESIGN|ATLANTIC"
_LEGAL = "INC.|Inc|INC|LTD.|LIMITED|LTÉE|CORP.|"

_WORDS = f"""
    CREATE TABLE vendor AS
    WITH part AS (
        SELECT string_split('{_HEADS[0]}', ' ') AS first, string_split('{_HEADS[1]}', ' ') AS second,
            string_split('{_TRADES}', ' ') AS trade, string_split('{_KINDS}', '|') AS kind
    )
    SELECT
        number AS vendor,
        first[1 + number % 20] || second[1 + number // 20 % 20] AS head,
        trade[1 + number // 400 % 15] AS trade,
        kind[1 + number // 6000 % 10] AS kind_word,
        CASE WHEN number % 10 = 0 THEN 'US' WHEN number % 37 = 1 THEN ['FR', 'GB', 'DE'][1 + number // 37 % 3] ELSE 'CA' END AS country
    FROM range({VENDORS}) AS numbers (number), part
"""

# What is one procurement: a luck of its own for each property, from its number.
_PROCUREMENTS = """
    CREATE TABLE procurement AS
    WITH lucky AS (
        SELECT number AS contract, number - (number % 250 = 7)::BIGINT AS like_contract FROM range({procurements}) AS numbers (number)
    ),
    drawn AS (
        -- One in 250 is the twin of the one before it: the same department, vendor, value and day under another id.
        SELECT
            contract,
            contract <> like_contract AS is_twin,
            like_contract % 99 AS department,
            ({vendors} * pow((luck_of(like_contract, 'vendor', 1000003)) / 1000003.0, 3))::BIGINT % {vendors} AS vendor,
            luck_of(contract, 'kind', 1000) AS kind,
            luck_of(contract, 'amended', 1000) AS amended,
            luck_of(contract, 'status', 100) AS status,
            luck_of(contract, 'fault', 10000) AS fault,
            round(10000 * pow(10, 4 * pow((luck_of(like_contract, 'value', 1000003)) / 1000003.0, 4)), 2) AS original,
            2008 + luck_of(like_contract, 'year', 18) AS year,
            luck_of(like_contract, 'day', 360) AS day
        FROM lucky
    )
    SELECT
        *,
        make_date(year, 1 + day // 30, 1 + day % 28) AS award_date,
        kind < 64 AS is_standing_offer,
        NOT kind < 64 AND year < 2019 AND kind < 560 AS is_old,
        CASE
            WHEN is_twin OR kind < 64 THEN 0
            WHEN amended < 34 THEN 2 + luck_of(contract, 'times', 3)
            WHEN amended < 139 THEN 1
            ELSE 0
        END AS n_amendments,
        luck_of(contract, 'id', 100) < 4 AS has_suffix,
        fault < 20 AND original > 50000 AS is_typo_at_award
    FROM drawn
"""

_ROWS = """
    CREATE TABLE disclosed AS
    WITH every AS (
        SELECT procurement.*, unnest(range(n_amendments + 1)) AS place FROM procurement
    ),
    numbered AS (
        SELECT
            *,
            contract * 8 + place AS row,
            luck_of(contract * 8 + place, 'row', 100000) AS luck,
            round(original * 0.07 + 1500 + contract % 977, 2) AS step,
            -- Each amendment a quarter later, but for one in ten, which shares the quarter of the one before it.
            year * 4 + day // 90 + place - (place > 1 AND contract % 10 = 3)::BIGINT AS quarter
        FROM every
    )
    SELECT
        numbered.*,
        quarter // 4 - (quarter % 4 = 0)::BIGINT AS fiscal_year,
        1 + (quarter + 3) % 4 AS fiscal_quarter,
        original + place * step AS contract_value,
        CASE
            WHEN place = 0 THEN 0.0
            WHEN n_amendments = 1 OR status < 58 THEN step
            WHEN status < 68 THEN original + place * step
            ELSE round(step * 0.37 + 11 * place, 2)
        END AS amendment_value,
        CASE
            WHEN n_amendments = 0 THEN 'single'
            WHEN n_amendments = 1 OR status < 58 THEN 'delta'
            WHEN status < 68 THEN 'cumulative'
            ELSE 'neither'
        END AS reconciles,
        head,
        trade,
        kind_word,
        head || ' ' || trade || ' ' || kind_word AS full_name,
        country
    FROM numbered
    INNER JOIN vendor USING (vendor)
"""

_PUBLISHED = f"""
    CREATE TABLE published AS
    WITH spelled AS (
        SELECT
            *,
            CASE
                WHEN luck % 400 = 11 THEN 'misspelled_name'
                WHEN luck % 60 = 7 AND length(full_name) > 30 THEN 'cut_name'
            END AS name_fault,
            CASE
                WHEN place > 0 AND luck % 100 = 13 THEN 'blank_id'
                WHEN luck % 500 = 17 THEN 'swapped_ids'
                WHEN has_suffix AND place > 0 THEN 'suffix'
            END AS id_fault,
            CASE WHEN luck % 5000 = 19 THEN 'unreadable_amount' END AS amount_fault,
            CASE WHEN luck % 4001 = 23 THEN 'unreadable_date' END AS date_fault,
            CASE WHEN luck % 300 = 29 THEN 'no_period' END AS period_fault,
            printf('C-%d-%d-Q%d-%07d', fiscal_year, fiscal_year + 1, fiscal_quarter, row) AS number,
            printf('S%09d', contract) AS id,
            replace(full_name || ' ' || string_split('{_LEGAL}', '|')[1 + luck % 8], ' AND ', [' AND ', ' & ', ' ET '][1 + luck % 3]) AS name
        FROM disclosed
    )
    SELECT
        *,
        CASE WHEN id_fault = 'swapped_ids' THEN id ELSE number END AS reference_number,
        CASE id_fault WHEN 'swapped_ids' THEN number WHEN 'blank_id' THEN '' WHEN 'suffix' THEN id || '/00' || place ELSE id END AS procurement_id,
        trim(CASE
            WHEN name_fault = 'cut_name' THEN left(full_name || ' INC', 30)
            WHEN name_fault = 'misspelled_name' THEN left(head, 4) || substr(head, 6, 1) || substr(head, 5, 1) || substr(name, 7)
            WHEN luck % 5 = 0 THEN lower(name)
            WHEN luck % 7 = 0 THEN replace(name, ' ', '  ')
            WHEN luck % 11 = 0 THEN replace(name, ' ' || kind_word, ', ' || kind_word)
            ELSE name
        END) AS vendor_name,
        -- Mostly not published before 2019; then a code, and at times words.
        CASE
            WHEN year < 2019 AND luck % 10 > 0 THEN ''
            WHEN luck % 200 = 31 THEN ''
            WHEN luck % 200 = 37 THEN 'N/A'
            WHEN luck % 200 = 41 THEN lower(country)
            WHEN country = 'CA' AND luck % 100 = 43 THEN 'CANADA'
            WHEN country = 'US' AND luck % 20 = 7 THEN 'United States'
            WHEN country = 'US' AND luck % 20 = 9 THEN ['New York', 'TEXAS', 'California'][1 + luck % 3]
            ELSE country
        END AS country_of_vendor,
        CASE WHEN country = 'CA' AND year >= 2022 THEN ['K1A', 'M5V', 'H3A', 'T2P'][1 + vendor % 4] ELSE 'NA' END AS vendor_postal_code
    FROM spelled
"""

_FILE = f"""
    SELECT
        reference_number,
        procurement_id,
        vendor_name,
        vendor_postal_code,
        CASE WHEN place > 0 THEN 'NA' WHEN luck % 4 = 0 THEN '{OFFICER} ' || luck % 5000 ELSE '' END AS buyer_name,
        CASE WHEN date_fault IS NOT NULL THEN '2201-02-30' ELSE strftime(award_date, '%Y-%m-%d') END AS contract_date,
        CASE WHEN is_standing_offer THEN 'NA' WHEN luck % 6 = 0 THEN '499' WHEN luck % 3001 = 0 THEN 'O499' ELSE '0473' END AS economic_object_code,
        lower(trade) || ' and all that belongs to it' || CASE WHEN luck % 997 = 0 THEN ', ask {ADDRESS} or {TELEPHONE}' ELSE '' END AS description_en,
        lower(trade) || ' et tout ce qui s’y rapporte' AS description_fr,
        strftime(award_date, '%Y-%m-%d') AS contract_period_start,
        strftime(make_date(year + 2, 3, 31), '%Y-%m-%d') AS delivery_date,
        CASE
            WHEN is_standing_offer THEN '0'
            WHEN amount_fault IS NOT NULL THEN format('{{:,}}', contract_value::BIGINT)
            WHEN luck % 97 = 0 THEN printf('%.14g', contract_value)
            ELSE printf('%.2f', contract_value)
        END AS contract_value,
        CASE WHEN is_standing_offer THEN '0' WHEN is_typo_at_award THEN '1.13' WHEN is_old AND place = 0 THEN '' ELSE printf('%.2f', original) END
            AS original_value,
        CASE WHEN is_old AND place = 0 THEN '' ELSE printf('%.2f', amendment_value) END AS amendment_value,
        CASE
            WHEN luck % 18 = 0 THEN 'This synthetic contract was sole-sourced.' || chr(10) || 'It says "so", on two lines, with commas. {ADDRESS}'
            WHEN is_old THEN ''
            ELSE 'This synthetic contract was competitively sourced. It is a multi-year contract.'
        END AS comments_en,
        CASE WHEN is_old THEN '' ELSE 'Ce marché synthétique a été attribué de façon concurrentielle.' END AS comments_fr,
        '' AS additional_comments_en,
        '' AS additional_comments_fr,
        CASE WHEN year < 2022 THEN 'Y' ELSE '' END AS agreement_type_code,
        CASE WHEN year < 2022 THEN '' WHEN contract % 3 = 0 THEN 'CA,CL,CO,EU,GP,HN,KR,PA,PE,TP,UA' WHEN contract % 7 = 0 THEN 'CA' ELSE 'XX' END
            AS trade_agreement,
        CASE WHEN year < 2022 THEN '' ELSE 'NA' END AS land_claims,
        CASE WHEN is_old THEN '' WHEN luck % 7001 = 0 THEN 'g' ELSE ['G', 'S', 'C'][1 + contract % 3] END AS commodity_type,
        CASE
            WHEN is_old THEN ''
            WHEN year >= 2024 THEN ['43211500', '81111500', '72101500'][1 + contract % 3]
            ELSE ['N7030', 'D302A', '5173'][1 + contract % 3]
        END AS commodity_code,
        country_of_vendor,
        CASE WHEN is_old THEN '' ELSE ['TC', 'TC', 'TC', 'TC', 'TN', 'TN', 'OB', 'OB', 'ST', 'AC'][1 + contract % 10] END AS solicitation_procedure,
        CASE WHEN is_old THEN '' ELSE ['00', '71', '05,81', '0'][1 + luck % 4] END AS limited_tendering_reason,
        '00' AS trade_agreement_exceptions,
        CASE WHEN year < 2022 THEN '' ELSE 'NA' END AS indigenous_business,
        'N' AS indigenous_business_excluding_psib,
        'C' AS intellectual_property,
        'N' AS potential_commercial_exploitation,
        'N' AS former_public_servant,
        CASE WHEN is_old THEN '' ELSE 'DC' END AS contracting_entity,
        CASE WHEN is_standing_offer THEN 'SO-' || luck ELSE '' END AS standing_offer_number,
        CASE WHEN is_standing_offer THEN 'SOSA' WHEN is_old THEN '' WHEN place > 0 THEN 'A' ELSE 'C' END AS instrument_type,
        'N' AS ministers_office,
        CASE WHEN year < 2022 OR place > 0 THEN '' ELSE (1 + contract % 5)::VARCHAR END AS number_of_bids,
        CASE WHEN year < 2022 THEN '' ELSE '0' END AS article_6_exceptions,
        CASE WHEN year < 2022 THEN '' ELSE '1' END AS award_criteria,
        '' AS socioeconomic_indicator,
        CASE WHEN period_fault IS NOT NULL THEN '' ELSE printf('%d-%d-Q%d', fiscal_year, fiscal_year + 1, fiscal_quarter) END AS reporting_period,
        CASE WHEN department = 0 THEN 'dnd-mdn' ELSE 'syn-' || department END AS owner_org,
        'Synthetic Department ' || department || ' | Ministère synthétique ' || department AS owner_org_title
    FROM published
    -- A department adds its rows when it has them.
    ORDER BY hash(row, 'order')
"""

# A fault of the name, the id or the amount of any row leaves its procurement, and those like it, out of what must be exact.
_TRUTH = """
    SELECT
        CASE WHEN department = 0 THEN 'dnd-mdn' ELSE 'syn-' || department END AS owner_org,
        reference_number,
        contract,
        vendor,
        CASE WHEN country_of_vendor NOT IN ('', 'N/A') OR vendor_postal_code <> 'NA' THEN country END AS vendor_country,
        original AS true_original_cad,
        original + n_amendments * step AS true_current_cad,
        reconciles,
        is_standing_offer,
        string_split(
            concat_ws(' ', name_fault, id_fault, amount_fault, date_fault, period_fault, CASE WHEN is_typo_at_award THEN 'typo_at_award' END), ' '
        ) AS faults,
        NOT bool_or(name_fault IS NOT NULL OR coalesce(id_fault = 'blank_id', false) OR amount_fault IS NOT NULL)
            OVER (PARTITION BY department, vendor, original, award_date)
            AND NOT is_standing_offer AS is_clean
    FROM published
"""


def write_contracts(path: Path, rows: int) -> None:
    """Write a `contracts.csv` of as many rows in the portal's layout (template 3, 43 columns, with a byte order mark) to `path`.

    Beside it, as `.truth.parquet`, one row for each of them: owner_org and reference_number as published, the number of its procurement and vendor,
    the vendor's country where the row tells it, values in Canadian dollars, the faults planted in it, and whether its procurement must come out
    exactly.
    """
    if "synthetic" not in str(path.parent):
        raise ValueError(f"{path} does not say that it is synthetic")
    body = path.with_suffix(".body")
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO luck_of(number, property, most) AS (hash(number, property) % most)::BIGINT")
        connection.execute(_WORDS)
        # Amendments make some six rows of five procurements; what is left is filled with contracts of one row.
        connection.execute(_PROCUREMENTS.format(procurements=int(rows * 0.79), vendors=VENDORS))
        ((held,),) = connection.execute("SELECT sum(n_amendments + 1) FROM procurement").fetchall()
        _fill(connection, rows - int(held), int(rows * 0.79))
        connection.execute(_ROWS)
        connection.execute(_PUBLISHED)
        connection.execute(f"COPY ({_FILE}) TO '{body}' (FORMAT csv, HEADER)")
        connection.execute(f"COPY ({_TRUTH}) TO '{path.with_suffix('.truth.parquet')}' (FORMAT parquet)")
    with path.open("wb") as file, body.open("rb") as text:
        file.write(b"\xef\xbb\xbf")
        while chunk := text.read(1 << 20):
            file.write(chunk)
    body.unlink()


def _fill(connection: duckdb.DuckDBPyConnection, missing: int, first: int) -> None:
    if missing < 0:
        raise ValueError(f"the procurements have {-missing} rows too many")
    connection.execute(
        """
        INSERT INTO procurement
        SELECT * REPLACE (contract + $first AS contract, false AS is_twin, 0 AS n_amendments)
        FROM (SELECT * FROM procurement WHERE NOT is_twin ORDER BY contract LIMIT $missing)""",
        {"first": first, "missing": missing},
    )
