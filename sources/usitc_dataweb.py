"""DataWeb of the US International Trade Commission: the question that its service is asked, the answers, and the reports that people export.

The service computes one report a request and cuts it at 20,000 rows, so that a month is asked for in groups of chapters: once for all imports, once
for those entered under the programs S and S+ of the USMCA. Columns are found by their header, because their order changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sources.archive import extract
from sources.delimited import engine, from_rows, land
from sources.documents import read_json
from sources.errors import ContractError, PermanentError, TransientError
from sources.sheets import Rows, sheets
from sources.spec import Dataset, Field, Parsed, Table, Vintage

MOST_ROWS = 20_000
PROGRAMS = {"all": (), "usmca": ("S", "S+")}
COUNTRIES = {"1220": "Canada", "2010": "Mexico"}
_CHAPTERS = [f"{chapter:02}" for chapter in range(1, 99) if chapter != 77]  # 77 is reserved, 99 holds no goods
CHAPTERS = tuple(tuple(_CHAPTERS[first : first + 5]) for first in range(0, len(_CHAPTERS), 5))

_COMPARE = "DataWeb may have changed its layout: compare the answer with the report on its page"
_SHOWN = 5


# The question


@dataclass(frozen=True)
class Question:
    """One report: a month (YYYY-MM), chapters of the tariff, and the programs under which the goods were entered (a key of PROGRAMS)."""

    month: str
    programs: str
    chapters: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.programs}-{self.chapters[0]}"

    @property
    def body(self) -> dict[str, Any]:
        """The saved query that DataWeb's own page would send. A range of dates, because a whole year may not be asked for before it is over."""
        programs = list(PROGRAMS[self.programs])
        day = f"{self.month[5:]}/{self.month[:4]}"
        return {
            "savedQueryName": "",
            "savedQueryDesc": "",
            "isOwner": True,
            "runMonthly": False,
            "reportOptions": {"tradeType": "Import", "classificationSystem": "HTS"},
            "searchOptions": {
                "MiscGroup": {
                    "districts": {
                        "aggregation": "Aggregate District",
                        "districtGroups": {"userGroups": []},
                        "districts": [],
                        "districtsExpanded": [{"name": "All Districts", "value": "all"}],
                        "districtsSelectType": "all",
                    },
                    "importPrograms": {"aggregation": None, "importPrograms": [], "programsSelectType": "all"},
                    "extImportPrograms": {
                        "aggregation": "Aggregate CSC",
                        "extImportPrograms": programs,
                        "extImportProgramsExpanded": [],
                        "programsSelectType": "list" if programs else "all",
                    },
                    "provisionCodes": {
                        "aggregation": "Aggregate RPCODE",
                        "provisionCodesSelectType": "all",
                        "rateProvisionCodes": [],
                        "rateProvisionCodesExpanded": [],
                    },
                },
                "commodities": {
                    "aggregation": "Break Out Commodities",
                    "codeDisplayFormat": "YES",
                    "commodities": list(self.chapters),
                    "commoditiesExpanded": [],
                    "commoditiesManual": "",
                    "commodityGroups": {"systemGroups": [], "userGroups": []},
                    "commoditySelectType": "list",
                    "granularity": "10",
                    "groupGranularity": None,
                    "searchGranularity": None,
                },
                "componentSettings": {
                    "dataToReport": ["CONS_CUSTOMS_VALUE"],
                    "scale": "1",
                    "timeframeSelectType": "specificDateRange",
                    "years": [self.month[:4]],
                    "startDate": day,
                    "endDate": day,
                    "startMonth": None,
                    "endMonth": None,
                    "yearsTimeline": "Monthly",
                },
                "countries": {
                    "aggregation": "Break Out Countries",
                    "countries": list(COUNTRIES),
                    "countriesExpanded": [{"name": name, "value": code} for code, name in COUNTRIES.items()],
                    "countriesSelectType": "list",
                    "countryGroups": {"systemGroups": [], "userGroups": []},
                },
            },
            "sortingAndDataFormat": {
                "DataSort": {"columnOrder": [], "fullColumnOrder": [], "sortOrder": []},
                "reportCustomizations": {
                    "exportCombineTables": False,
                    "showAllSubtotal": True,
                    "subtotalRecords": "",
                    "totalRecords": str(MOST_ROWS),
                    "exportRawData": False,
                },
            },
        }


def questions(month: str) -> list[Question]:
    """Everything that is asked of one month."""
    return [Question(month, programs, chapters) for programs in PROGRAMS for chapters in CHAPTERS]


def question_pages(question: Question, answer: bytes) -> list[tuple[str, bytes]]:
    """What is kept of one request: the question and its answer."""
    return [(f"{question.name}.question.json", json.dumps(question.body).encode()), (f"{question.name}.json", answer)]


# The answers

IMPORTS = Table(
    "imports",
    (
        Field("Programs", "Programs that the report was limited to: all, or usmca for the special program indicators S and S+"),
        Field("HTS Number", "Statistical reporting number of ten digits"),
        Field("Description", "Name of the goods", is_required=False),
        Field("Country", "Country of origin: Canada or Mexico"),
        Field("Customs Value", "Imports for consumption of the month, customs value", type="number", unit="USD"),
    ),
    key=("Programs", "HTS Number", "Country"),
)
_LABELS = frozenset({"Data Type", "Year", "HTS Number", "Description", "Country"})


def is_empty(dataset: Dataset, question: Question, answer: Any) -> bool:
    """Whether the report holds no trade at all: of a month that is not out, DataWeb lists no rows, or zeros."""
    return not any(float(row[-1] or 0) for row in _rows_of(dataset, question, answer))


def parse_month(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `imports` of one month from the questions and answers in the zip; the part is the month. Raises ContractError."""
    with TemporaryDirectory(dir=folder) as members:
        found = {path.name: path.read_bytes() for path in extract(dataset, payload, r".*\.json", Path(members))}
    asked = [_question(dataset, name, body) for name, body in found.items() if name.endswith(".question.json")]
    month = _month_of(dataset, asked)
    rows = [row for question in asked for row in _rows_of(dataset, question, _answer(dataset, question, found))]
    with engine(folder) as connection:
        landed = land(dataset, IMPORTS, from_rows(connection, [field.name for field in IMPORTS.fields], rows), folder)
    day = date.fromisoformat(f"{month}-01")
    return Parsed({"imports": landed}, day, day, part=month)


def _question(dataset: Dataset, name: str, body: bytes) -> Question:
    asked = read_json(dataset, body, name)
    try:
        options = asked["searchOptions"]
        month, year = options["componentSettings"]["startDate"].split("/")
        codes = tuple(options["MiscGroup"]["extImportPrograms"]["extImportPrograms"])
        programs = next(programs for programs, known in PROGRAMS.items() if known == codes)
        return Question(f"{year}-{month}", programs, tuple(options["commodities"]["commodities"]))
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise ContractError(dataset.id, f"{name} is no question that is asked here ({error!r})", "Fetch it with `warehouse refresh`") from error


def _month_of(dataset: Dataset, asked: list[Question]) -> str:
    """The one month of all questions, of which none is missing."""
    months = sorted({question.month for question in asked})
    missing = [question.name for question in (questions(months[0]) if months else ()) if question not in asked]
    if len(months) != 1 or missing:
        reason = f"the questions are of the months {months}" if len(months) != 1 else f"the questions {missing} were not asked"
        raise ContractError(dataset.id, reason, "A payload is all chapters of one month: fetch it with `warehouse refresh`")
    return months[0]


def _answer(dataset: Dataset, question: Question, found: dict[str, bytes]) -> Any:
    name = f"{question.name}.json"
    if name not in found:
        raise ContractError(dataset.id, f"the answer {name} is missing", "Fetch it again: the month would be short without it")
    return read_json(dataset, found[name], name)


def _rows_of(dataset: Dataset, question: Question, answer: Any) -> Iterator[list[str | None]]:
    """Programs, number, description, country and value of each row. Raises SourceError for errors, for a cut report and for another layout."""
    try:
        dto = answer["dto"]
        if dto is None:
            raise TransientError(dataset.id, f"the report {question.name} is still being computed", "Ask again later")
        if dto.get("errors"):
            raise PermanentError(dataset.id, f"DataWeb refuses the report {question.name}: {str(dto['errors'])[:300]}", _COMPARE)
        for table in dto["tables"]:
            yield from _rows_of_table(dataset, question, table)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ContractError(dataset.id, f"the report {question.name} is not as documented ({error!r}): {str(answer)[:200]}", _COMPARE) from error


def _rows_of_table(dataset: Dataset, question: Question, table: Any) -> Iterator[list[str | None]]:
    rows = [[entry["value"] for entry in row["rowEntries"]] for group in table["row_groups"] for row in group["rowsNew"]]
    if len(rows) >= MOST_ROWS:
        raise ContractError(
            dataset.id, f"the report {question.name} has {len(rows):,} rows: it is cut at {MOST_ROWS:,}", "Ask for fewer chapters at once"
        )
    if not rows:
        return
    labels = list(_labels(table["column_groups"]))
    value = _value_column(dataset, question, labels)
    number, country = labels.index("HTS Number"), labels.index("Country")
    description = labels.index("Description") if "Description" in labels else None
    for row in rows:
        if len(row) != len(labels):
            raise ContractError(dataset.id, f"a row of the report {question.name} has {len(row)} cells below {labels}: {row}", _COMPARE)
        if not str(row[number]).startswith("Total"):
            name = None if description is None else row[description]
            yield [question.programs, row[number], name, row[country], str(row[value]).replace(",", "")]


def _labels(groups: Any) -> Iterator[str]:
    """The labels of the columns in their order, however they are grouped."""
    for group in groups:
        if isinstance(group, list):
            yield from _labels(group)
        elif "columns" in group:
            yield from _labels(group["columns"])
        else:
            yield group["label"]


def _value_column(dataset: Dataset, question: Question, labels: list[str]) -> int:
    """The one column that is no label; its header names the month that was asked for."""
    values = [place for place, label in enumerate(labels) if label not in _LABELS]
    month = datetime.fromisoformat(f"{question.month}-01")
    if not {"HTS Number", "Country"} <= set(labels) or len(values) != 1:
        raise ContractError(
            dataset.id, f"the report {question.name} has the columns {labels}, and should have HTS Number, Country and one value", _COMPARE
        )
    if labels[values[0]] not in (f"{month:%B}", f"{month:%B %Y}", f"{month:%Y}"):
        raise ContractError(dataset.id, f"{question.month} was asked for, and the report {question.name} is of {labels[values[0]]!r}", _COMPARE)
    return values[0]


# Exported reports

REPORT = Table(
    "figures",
    (
        Field("Sheet", "Sheet of the workbook"),
        Field("Line", "Row of the report, below its header", type="integer", unit="count"),
        Field("Column", "Header of the column in which the value stands"),
        Field("Trade Flow", "Imports For Consumption, Total Exports and so on, from the query's parameters"),
        Field("Classification System", "HTS Items, NAICS Codes and so on, from the query's parameters"),
        Field("Programs", "Which import programs were selected, from the query's parameters"),
        Field("Data Format", "What the values are in: 1 for dollars, 1000 for thousands, from the query's parameters"),
        Field("Data Type", "What the value is, such as Customs Value, Calculated Duties or FAS Value"),
        Field("HTS Number", "Code of the goods in the tariff, where the report is by it", is_required=False),
        Field("NAIC Number", "Code of the industry in NAICS, where the report is by it", is_required=False),
        Field("Description", "Name of the goods or of the industry"),
        Field("Country", "Partner country; empty where the report sums over all", is_required=False),
        Field("Year", "Year of the value"),
        Field("Month", "Month of the value, 1 to 12; empty for a year", is_required=False),
        Field("Value", "The figure; a year for which nothing was out yet has zeros", type="number", unit="as stated"),
    ),
    key=("Sheet", "Line", "Column"),
)
PARAMETERS = Table(
    "parameters",
    (
        Field("Line", "Row of the sheet Query Parameters", type="integer", unit="count"),
        Field("Name", "Name of the parameter"),
        Field("Value", "What was selected"),
    ),
    key=("Line",),
)
_FIGURE = [field.name for field in REPORT.fields]
_PARAMETERS = "Query Parameters"
_REPORT_LABELS = ("Data Type", "HTS Number", "NAIC Number", "Description", "Country", "Year", "Month")
_EXPORT = "Export the report from DataWeb as .xlsx again, with all its sheets"


def parse_report(dataset: Dataset, payload: Path, folder: Path) -> Parsed:
    """Write `figures` and `parameters` of a workbook that DataWeb exported: a selection, so a partial vintage, of the day of the download.

    Banner rows above a header are left out, and the totals below are checked: a report that is cut does not add up. Raises ContractError.
    """
    workbook = sheets(dataset, payload)
    if _PARAMETERS not in workbook or len(workbook) == 1:
        raise ContractError(dataset.id, f"the workbook has the sheets {list(workbook)}, and should have {_PARAMETERS!r} and a report", _EXPORT)
    parameters = [(str(line), row[0], row[1]) for line, row in enumerate(workbook.pop(_PARAMETERS), 1) if len(row) > 1 and row[0]]
    selected = _selected(dataset, parameters)
    figures = [figure for name, rows in workbook.items() for figure in _figures(dataset, name, rows, selected)]
    with engine(folder) as connection:
        rows = {
            "figures": land(dataset, REPORT, from_rows(connection, _FIGURE, figures), folder),
            "parameters": land(dataset, PARAMETERS, from_rows(connection, ["Line", "Name", "Value"], parameters), folder),
        }
    months = [date(int(figure[12] or 0), int(figure[13] or 1), 1) for figure in figures if figure[14] not in (None, "0")]
    released = Vintage(date.fromisoformat(selected["Download Date"][:10]))
    return Parsed(rows, min(months, default=None), max(months, default=None), is_complete=False, released=released)


def _selected(dataset: Dataset, parameters: Sequence[tuple[str, str | None, str | None]]) -> dict[str, str]:
    """The parameters by name: the last of a name, which for Select Type is that of the districts."""
    selected = {name: value or "" for _, name, value in parameters if name}
    selected |= {"Programs": next((value or "" for _, name, value in _of_step(parameters, "Step 5") if name == "Select Type"), "")}
    missing = [name for name in ("Download Date", "Trade Flow", "Classification System", "Data Format") if not selected.get(name)]
    if missing or not re.match(r"\d{4}-\d{2}-\d{2}", selected["Download Date"]):
        raise ContractError(dataset.id, f"the query's parameters lack {missing or 'a date'}: {list(selected.items())[:_SHOWN]}", _EXPORT)
    return selected


def _of_step(parameters: Sequence[tuple[str, str | None, str | None]], step: str) -> Iterator[tuple[str, str | None, str | None]]:
    is_in_step = False
    for parameter in parameters:
        name = parameter[1] or ""
        is_in_step = name.startswith(step) if name.startswith("Step ") else is_in_step
        if is_in_step:
            yield parameter


def _figures(dataset: Dataset, sheet: str, rows: Rows, selected: dict[str, str]) -> list[list[str | None]]:
    place = next((place for place, row in enumerate(rows) if row and row[0] == "Data Type"), None)
    if place is None:
        raise ContractError(dataset.id, f"the sheet {sheet!r} has no header with Data Type: {rows[:2]}", _EXPORT)
    header, body = [name or "" for name in rows[place]], rows[place + 1 :]
    values = _value_columns(dataset, sheet, header)
    ends = [line for line, row in enumerate(body) if row and (row[0] or "").startswith("Total")]
    if not ends:
        raise ContractError(dataset.id, f"the sheet {sheet!r} ends without its row of totals: {body[-1:]}", _EXPORT)
    records = [dict(zip(header, row, strict=False)) for row in body[: ends[0]]]
    for name in values:
        _check_total(dataset, sheet, name, [record[name] for record in records], dict(zip(header, body[ends[0]], strict=False))[name])
    query = [selected["Trade Flow"], selected["Classification System"], selected["Programs"], selected["Data Format"]]
    return [
        [
            *(sheet, str(line), name, *query, record["Data Type"], record.get("HTS Number"), record.get("NAIC Number"), record.get("Description")),
            *(record.get("Country"), record.get("Year") or name, record.get("Month"), _number(record[name])),
        ]
        for line, record in enumerate(records, 1)
        for name in values
    ]


def _value_columns(dataset: Dataset, sheet: str, header: list[str]) -> list[str]:
    """The columns of figures: one a year, or one of the sheet's own name beside a column Year."""
    values = [name for name in header if name and name not in _REPORT_LABELS]
    are_years = all(re.fullmatch(r"\d{4}", name) for name in values)
    if not values or ("Year" in header) == are_years or not (are_years or values == [sheet]):
        raise ContractError(dataset.id, f"the sheet {sheet!r} has the columns {header}: what {values} are is not known", _EXPORT)
    return values


def _check_total(dataset: Dataset, sheet: str, name: str, cells: list[str | None], stated: str | None) -> None:
    """The figures add up to the total that is stated."""
    try:
        total = sum(Decimal(_number(cell) or 0) for cell in cells)
        is_total = total == Decimal(_number(stated) or 0)
    except InvalidOperation as error:
        reason = f"the column {name!r} of the sheet {sheet!r} has a text that is no number among {cells[:_SHOWN]} and its total {stated!r}"
        raise ContractError(dataset.id, reason, _EXPORT) from error
    if not is_total:
        raise ContractError(dataset.id, f"the column {name!r} of the sheet {sheet!r} adds up to {total:,}, and its total says {stated}", _EXPORT)


def _number(cell: str | None) -> str | None:
    return cell and cell.replace(",", "")
