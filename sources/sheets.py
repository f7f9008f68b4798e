"""Workbooks as rows of texts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import python_calamine

from sources.errors import ContractError
from sources.spec import Dataset

Rows = list[list[str | None]]


def sheets(dataset: Dataset, path: Path) -> dict[str, Rows]:
    """Every sheet of an .xlsx by name: numbers in their shortest form, dates as ISO, an empty cell None. Raises ContractError for no workbook."""
    try:
        workbook = python_calamine.load_workbook(str(path))
        return {name: [[_text(cell) for cell in row] for row in workbook.get_sheet_by_name(name).to_python()] for name in workbook.sheet_names}
    except (python_calamine.CalamineError, OSError) as error:
        raise ContractError(dataset.id, f"{path.name} is no workbook that can be read ({error})", "Download it again, or save it as .xlsx") from error


def _text(cell: Any) -> str | None:
    match cell:
        case "" | None:
            return None
        case bool():
            return str(cell).upper()
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case dt.date() | dt.time():
            return cell.isoformat()
    return str(cell)
