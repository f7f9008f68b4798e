"""The README keeps its word: its queries run, its figures are the warehouse's, and what it names exists."""

from __future__ import annotations

import csv
import io
import re
import shlex
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.cli import main
from orchestration.publication.release import KEPT_RELEASES
from orchestration.settings import REPOSITORY
from sources import contract, intake, registry
from sources.errors import ContractError
from sources.spec import Dataset, Provider
from tests.end_to_end.command import Warehouse

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
WORDS = " ".join(README.replace("\n> ", "\n").split())


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {title!r}"
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(text: str) -> str:
    """What stands in code spans and shell blocks."""
    without_blocks = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return "\n".join([*re.findall(r"`([^`\n]+)`", without_blocks), *blocks(text, "bash")])


TITLED = {
    int(number): (title, query)
    for number, title, query in re.findall(r"^\*\*(\d+)\. (.+?)\*\*[^`]*?(?:`[^`\n]+`[^`]*?)*\n```sql\n(.*?)^```$", section("Cookbook"), re.M | re.S)
}


def ask(warehouse: Warehouse, number: int) -> list[dict[str, Any]]:
    with warehouse.connect() as connection:
        answer = connection.execute(TITLED[number][1])
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def the_row(warehouse: Warehouse, number: int, chosen: dict[str, Any]) -> dict[str, Any]:
    (row,) = [row for row in ask(warehouse, number) if chosen.items() <= row.items()]
    return row


# The cookbook


def test_every_query_stands_under_its_number() -> None:
    assert list(TITLED) == list(range(1, len(blocks(README, "sql")) + 1))
    assert [query for _, query in TITLED.values()] == blocks(README, "sql")


@pytest.mark.parametrize("number", TITLED, ids=[title for title, _ in TITLED.values()])
def test_a_query_of_the_cookbook_returns_rows(built: Warehouse, number: int) -> None:
    assert ask(built, number)


def test_a_query_runs_on_the_command_line_as_it_stands(built: Warehouse) -> None:
    answer = built.here("sql", TITLED[1][1], "--format", "csv")
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[1].startswith("2026-07-01,66.57,")


MARCH, JULY = date(2026, 3, 1), date(2026, 7, 31)
YEAR_2024 = {"window_type": "year", "period_end": date(2024, 12, 31)}
YEAR_2025 = {"window_type": "year", "period_end": date(2025, 12, 31)}
TWELVE_MONTHS = {"window_type": "ttm", "period_end": JULY}
AHEAD = {"metric": "non_us_exports_ahead", "twelve_months_to": JULY}
TWELVE_MONTHS_TO = {"twelve_months_to": JULY}
CARS = {"product_name": "Passenger cars and light trucks"}
DETAIL = {"dataset": "statcan/12100182", "trade_type": "domestic"}
COBALT_2025 = {"mineral": "cobalt", "year": 2025}
COBALT_MINED = {"year": 2024, "country_name": "Canada"}
ORES = {"dataset": "statcan/12100182", "partner_code": "WORLD", "processing_stage": "1 ore or concentrate"}
STATED: list[tuple[str, int, dict[str, Any], str]] = [
    ("{:.2f}% of Canadian goods exports went to the United States in July 2026", 1, {"month": date(2026, 7, 1)}, "us_share_pct"),
    ("vintage of {:%-d %B %Y}", 1, {"month": date(2026, 7, 1)}, "vintage"),
    ("{:.2f}% over the twelve months to it", 2, TWELVE_MONTHS, "us_share_pct"),
    ("It was {:.2f}% in 2024", 2, YEAR_2024, "us_share_pct"),
    ("and {:.2f}% in 2025", 2, YEAR_2025, "us_share_pct"),
    ("The headline series: {:.2f} in March 2026", 1, {"month": MARCH}, "us_share_pct"),
    ("{:.2f} in 2024,", 2, YEAR_2024, "us_share_pct"),
    ("{:.2f} in 2025,", 2, YEAR_2025, "us_share_pct"),
    ("{:.2f} in the twelve months to July 2026", 2, TWELVE_MONTHS, "us_share_pct"),
    ("What a reader of 31 May 2026 saw: {:.2f} for March", 3, {"month": MARCH}, "us_share_pct"),
    ("March 2026 in each release, from {:.2f}", 4, {"known_from": date(2026, 5, 5)}, "us_share_pct"),
    ("to {:.2f}. Beware: a version", 4, {"known_to": None}, "us_share_pct"),
    ("{:.2f} to 2.07 partners over the twelve months to July 2026", 5, {"twelve_months_to": JULY}, "partners_low"),
    ("2.04 to {:.2f} partners", 5, {"twelve_months_to": JULY}, "partners_high"),
    ("the United Kingdom is second with {:.2f}%", 6, {"partner_name": "United Kingdom"}, "share_pct"),
    ("April 2026: {:.1f} billion carelessly", 7, {"question": "careless", "is_one_kind": False}, "exports_bn"),
    ("{:.1f} rightly", 7, {"question": "right", "is_one_kind": True}, "exports_bn"),
    ("Up to {:.1f} million dollars in a month (imports of March 2024)", 8, {"flow": "import", "month": date(2024, 3, 1)}, "unallocated_mn"),
    ("{:.1f} billion ahead from 2024", 10, {"subject": "Canada, base 2024", **AHEAD}, "value"),
    ("{:.1f} from 2025", 10, {"subject": "Canada, base 2025", **AHEAD}, "value"),
    ("Of {} products 33", 15, CARS, "n_products"),
    ("products {} had one buyer in May 2026", 15, CARS, "n_single"),
    ("with {:.2f}% of exports; cars", 15, CARS, "together_pct"),
    ("come first by value, at {:.1f}%", 15, CARS, "us_share_pct"),
    ("{:.2f}, 69.23, 68.97, 68.84: down", 16, {"vintage": "2026-06-09"}, "us_share_pct"),
    ("69.49, {:.2f}, 68.97, 68.84: down", 16, {"vintage": "2026-07-07"}, "us_share_pct"),
    ("69.49, 69.23, {:.2f}, 68.84: down", 16, {"vintage": "2026-08-04"}, "us_share_pct"),
    ("69.49, 69.23, 68.97, {:.2f}: down", 16, {"vintage": "2026-09-03"}, "us_share_pct"),
    ("took {:.2f}% in the twelve months to July 2025", 17, {"twelve_months_to": date(2025, 7, 31)}, "us_share_pct"),
    ("and {:.2f}% in those to July 2026", 17, TWELVE_MONTHS_TO, "us_share_pct"),
    ("rose from {:.1f} to 3.1 billion", 17, {"twelve_months_to": date(2025, 7, 31)}, "elsewhere_bn"),
    ("rose from 0.8 to {:.1f} billion", 17, TWELVE_MONTHS_TO, "elsewhere_bn"),
    ("in July 2026 were {:.1f}% above July 2025", 18, {"product_scope": "all", "month": date(2026, 7, 1)}, "growth_pct"),
    ("and {:.1f}% without precious metals. Beware", 18, {"product_scope": "ex_precious_metals", "month": date(2026, 7, 1)}, "growth_pct"),
    ("{:.2f}% without precious metals and", 19, {**DETAIL, "product_scope": "ex_precious_metals"}, "us_share_pct"),
    ("and {:.2f}% without energy too", 19, {**DETAIL, "product_scope": "ex_energy_and_precious_metals"}, "us_share_pct"),
    ("Asia {:.2f}%, the United", 21, {"trade_region": "Asia"}, "at_least_pct"),
    ("the United Kingdom {:.2f}%, the European", 21, {"trade_region": "United Kingdom"}, "at_least_pct"),
    ("the European Union {:.2f}%.", 21, {"trade_region": "European Union"}, "at_most_pct"),
    ("exports grew by {:.1f}%: the United States", 22, {"partner_name": "All countries"}, "growth_pct"),
    ("the United States added {:.1f} points", 22, {"partner_name": "United States"}, "contribution_pp"),
    ("all others {:.1f}. Beware: `NON_US`", 22, {"partner_name": "All countries other than the United States"}, "contribution_pp"),
    ("over {} months. Beware: few months", 23, {"lag": 1}, "n_months"),
    ("with {:.1f} billion US dollars then", 24, {"year": date(2024, 1, 1), "rank": 1}, "exports_bn_usd"),
    ("Mexico at {:.1f}. Beware", 24, {"year": date(2024, 1, 1), "rank": 2}, "exports_bn_usd"),
    ("{:.1f} billion Canadian dollars in 2024", 26, {"year": date(2024, 1, 1)}, "bn_cad"),
    ("and {:.1f} in 2025 are", 26, {"year": date(2025, 1, 1)}, "bn_cad"),
    ("are {:.1f} and 154.2 billion US dollars", 26, {"year": date(2024, 1, 1)}, "bn_usd"),
    ("Canada's 2023 was {:,} in", 35, {"year": 2023, "known_from": date(2024, 3, 31)}, "units"),
    ("and {:,} in the next", 35, {"year": 2023, "known_from": date(2025, 10, 31)}, "units"),
    ("The Chrysler Pacifica of 2024 has {:.0f}%", 36, {"carline": "Pacifica"}, "us_canada_content_pct"),
    ("America imports {:.0%} of its cobalt", 37, COBALT_2025, "us_net_import_reliance_low"),
    ("and {:.0%} of what it imports is from Canada", 37, COBALT_2025, "canada_import_share_low"),
    ("Canada: {:,.0f} t in 2024", 38, COBALT_MINED, "quantity_t"),
    ("{:.2%} of the 301,590 t", 38, COBALT_MINED, "world_share"),
    ("of the {:,.0f} t that the rows add up to", 38, COBALT_MINED, "rows_total"),
    ("the total as published, {:,.0f} t, is rounded", 38, COBALT_MINED, "published_total"),
    ("and would give {:.3%}; of 2025", 38, COBALT_MINED, "share_of_published_total"),
    ("In May 2026 ores were {:.1%} of them", 40, {**ORES, "period_start_date": date(2026, 5, 1)}, "share"),
    ("a year before {:.1%}: less was processed", 40, {**ORES, "period_start_date": date(2025, 5, 1)}, "share"),
    ("{:.0%} of the trade in cars goes both ways", 41, {"product_code": "8703"}, "grubel_lloyd"),
    ("{:.0%} of that in trucks", 41, {"product_code": "8704"}, "grubel_lloyd"),
    ("From North America: {:.1%} in 2020", 42, {"year": 2020}, "north_american_share"),
    ("75.2% in 2020, {:.1%} in 2024", 42, {"year": 2024}, "north_american_share"),
    ("the policy rate was {:.2f}% and 3.25%", 42, {"year": 2020}, "policy_rate_at_its_end"),
    ("was 0.25% and {:.2f}% at the years' ends", 42, {"year": 2024}, "policy_rate_at_its_end"),
    ("of those bundled Citrix Systems with {:.1f} million", 29, {"vendor_id": "CITRIX SYSTEMS"}, "value_mn"),
    ("The Champlain Bridge: {:.2f} billion", 31, {"place": 1}, "at_award_bn"),
    ("billion dollars at award, {:.2f} now", 31, {"place": 4}, "now_bn"),
    ("their sum would be {:.2f} billion", 31, {"place": 1}, "careless_sum_bn"),
    ("are 135.0 and {:.1f} billion US dollars", 26, {"year": date(2025, 1, 1)}, "bn_usd"),
]


@pytest.mark.parametrize(("words", "number", "chosen", "column"), STATED, ids=[words for words, *_ in STATED])
def test_a_figure_in_the_text_is_the_querys(built: Warehouse, words: str, number: int, chosen: dict[str, Any], column: str) -> None:
    assert words.format(the_row(built, number, chosen)[column]) in WORDS


def test_the_answer_is_the_releases_headline(built: Warehouse) -> None:
    for figure in re.findall(r"\d+\.\d+%", built.release().headline):
        assert figure in WORDS.partition("```mermaid")[0]


def test_the_second_customer_and_the_largest_difference_are_those_named(built: Warehouse) -> None:
    assert [row["partner_name"] for row in ask(built, 6)][:2] == ["United States", "United Kingdom"]
    assert (ask(built, 8)[0]["flow"], ask(built, 8)[0]["month"]) == ("import", date(2024, 3, 1))


def test_the_change_of_the_share_is_the_metrics(built: Warehouse) -> None:
    values = {(row["product_scope"], row["metric"]): row["value"] for row in ask(built, 20) if row["period_start_date"] == date(2026, 5, 1)}
    everything, without_gold = ([values[scope, f"share_change_{part}"] for part in ("within", "mix")] for scope in ("all", "ex_precious_metals"))
    said = "rose by {:.2f} points: −{:.2f} within products and +{:.2f} by their mix; without precious metals −{:.2f} and −{:.2f}"
    figures = [sum(everything), -everything[0], everything[1], -without_gold[0], -without_gold[1]]
    assert said.format(*figures) in WORDS
    assert f"{100 * values['all', 'matched_redirection_rate']:.1f}% went elsewhere as the same product" in WORDS


def test_a_month_without_a_world_total_is_missing_and_has_no_share(built: Warehouse) -> None:
    assert date(2026, 8, 1) in {row["month"] for row in ask(built, 12)}
    assert date(2026, 8, 1) not in {row["month"] for row in ask(built, 1)}


def test_every_number_leads_to_a_file_under_a_licence(built: Warehouse) -> None:
    rows = ask(built, 11)
    assert {row["month"]: row["us_share_pct"] for row in rows} == {row["month"]: row["us_share_pct"] for row in ask(built, 1)}
    assert all(len(row["sha256"]) == 64 and row["source_url"] and row["licence"] and row["attribution"] for row in rows)


@pytest.mark.parametrize("line", "".join(blocks(section("Claims"), "bash")).splitlines())
def test_a_verdict_is_the_one_that_the_text_foretells(built: Warehouse, line: str) -> None:
    command, _, foretold = line.partition("#")
    answer = built.here(*shlex.split(command)[1:], "--format", "csv")
    row = next(csv.DictReader(io.StringIO(answer.out)))
    assert row["claim_id"] == "three_quarters_south"
    assert row["verdict"] in re.findall(r"\w+", foretold)
    if row["measured_value"]:
        assert f"{100 * float(row['measured_value']):.2f}%" in foretold


# What is named exists


def test_commands_and_their_options_exist() -> None:
    named = re.findall(r"^warehouse ([a-z]+)((?:[^\n`#\"|]|\"[^\"]*\")*)", code(README), re.MULTILINE)
    assert {command for command, _ in named} == set(main.commands)
    for command, rest in named:
        known = {option for parameter in main.commands[command].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", re.sub(r"\"[^\"]*\"", "", rest))) <= known | {"--help"}, f"{command}{rest}"
    options = {
        option for parameter in [*main.params, *(each for command in main.commands.values() for each in command.params)] for option in parameter.opts
    }
    assert set(re.findall(r"--[a-z-]+", code(README))) <= options | {"--help"}


@pytest.mark.parametrize("command", sorted(main.commands))
def test_a_command_explains_itself(built: Warehouse, command: str) -> None:
    answer = built.here(command, "--help")
    assert answer.code == 0
    assert f"warehouse {command}" in answer.out or "Usage:" in answer.out


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", code(README), re.MULTILINE))
    assert {"run", "test", "ui", "bench"} <= named <= targets


def test_environment_variables_exist_in_the_code_and_none_is_left_out() -> None:
    named = set(re.findall(r"WAREHOUSE_[A-Z_]+", README))
    text = "\n".join(path.read_text(encoding="utf-8") for folder in ("sources", "orchestration") for path in (REPOSITORY / folder).rglob("*.py"))
    for variable in named:
        assert re.sub(r"_UPSTREAM_.*", "_UPSTREAM_", variable) in text, variable
    assert named == set(re.findall(r"WAREHOUSE_[A-Z_]+", (REPOSITORY / ".env.example").read_text(encoding="utf-8")))


def test_a_release_has_the_files_that_the_text_lists_and_no_others(built: Warehouse) -> None:
    folder = built.release().folder
    rows = re.findall(r"^\| (`.+?) \|", section("What you get"), re.MULTILINE)
    patterns = [re.sub(r"<\w+>", "*", name) for row in rows for name in re.findall(r"`([^`]+)`", row)]
    found = {pattern: set(folder.glob(pattern)) for pattern in patterns}
    assert [pattern for pattern, files in found.items() if not files] == []
    assert set().union(*found.values()) == {path for path in folder.rglob("*") if path.is_file()}


def test_tables_and_data_sets_exist(built: Warehouse) -> None:
    named = set(re.findall(r"`((?:marts|metrics|meta)\.[a-z_]+)(?![a-z_(])", re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)))
    with duckdb.connect(built.data_dir / "publish" / "current" / "warehouse.duckdb", read_only=True) as connection:
        macros = connection.execute("SELECT schema_name || '.' || function_name FROM duckdb_functions() WHERE schema_name = 'marts'").fetchall()
    assert named <= set(built.release().tables) | {name for (name,) in macros}


def test_every_data_set_is_listed_as_it_is_declared() -> None:
    """Beside the registry, so that the list is never out of date: what the assertion shows can be pasted between the marks."""
    assert between("data sets") == [
        "| data set | what it is | released | parts | bundled |",
        "|---|---|---|---|---|",
        *(_listed(dataset) for dataset in registry.datasets()),
    ]


def test_every_licence_is_listed_with_what_it_covers() -> None:
    terms: dict[tuple[str, str, bool], list[str]] = {}
    for dataset in registry.datasets():
        terms.setdefault((dataset.licence.name, dataset.licence.url, dataset.licence.allows_copies), []).append(dataset.id)
    assert between("licences") == [
        "| licence | data sets |",
        "|---|---|",
        *(
            f"| [{name}]({url}){'' if allows_copies else ', **single figures only**'} | {', '.join(map('`{}`'.format, names))} |"
            for (name, url, allows_copies), names in terms.items()
        ),
    ]


def test_every_key_is_listed_with_where_to_get_it() -> None:
    keys = [(dataset, dataset.credential) for dataset in registry.datasets() if dataset.credential]
    assert between("keys") == [
        "| variable | data set | without it | get it at |",
        "|---|---|---|---|",
        *(f"| `{key.variable}` | `{dataset.id}` | {'not configured' if key.is_required else 'less'} | {key.get_it_at} |" for dataset, key in keys),
    ]
    template = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert [key.variable for _, key in keys if f"\n{key.variable}=\n" not in template] == []


def _listed(dataset: Dataset) -> str:
    released = f"{dataset.cadence.name}" if dataset.fetch else "imported or bundled"
    parts = dataset.partition.by if dataset.partition else ""
    files = len(intake.bundled_files(dataset))
    bundled = f"{files} vintage{'s' if files > 1 else ''}" if files else ""
    return f"| `{dataset.id}` | {dataset.title} | {released} | {parts} | {bundled} |"


def between(name: str) -> list[str]:
    """The lines between the marks of that name."""
    found = re.search(rf"<!-- {name}: start.*?-->\n(.*?)<!-- {name}: end -->", README, re.DOTALL)
    assert found, f"there are no marks for {name}"
    return found[1].splitlines()


def test_an_attribution_of_the_headline_says_what_the_owner_asks_for() -> None:
    for name in ("statcan/12100011", "statcan/cimt_aggregates"):
        attribution = registry.dataset(name).licence.attribution
        product = re.search(r"Adapted from (Statistics Canada), (.+), as of the release date given as its vintage\. (.+)", attribution)
        assert product
        assert all(words in WORDS for words in product.groups())


def test_links_to_files_lead_somewhere() -> None:
    assert [link for link in re.findall(r"\]\((?!https?:)([^)]+)\)", README) if not (REPOSITORY / link).exists()] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[ ]", requirement)[0] for requirement in project["dependencies"]}
    assert names == set(re.findall(r"`([a-z0-9-]+)`", " ".join(re.findall(r"^\| (`.+?) \|", section("Dependencies"), re.MULTILINE))))


def test_releases_are_kept_as_long_as_the_text_says() -> None:
    assert f"the {KEPT_RELEASES} last live before it" in README


# The examples in Python


def test_the_python_example_reads_the_release(built: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".warehouse").symlink_to(built.data_dir)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(blocks(section("How to query it"), "python")[0], names)
    assert set(names["shares"]["window_type"]) == {"ttm"}


def test_the_example_of_a_provider_lands_its_file_and_refuses_another(tmp_path: Path) -> None:
    names: dict[str, Any] = {}
    exec(blocks(section("How to add a data set"), "python")[0], names)
    provider: Provider = names["PROVIDER"]
    dataset: Dataset = provider.datasets[0]
    payload = tmp_path / "tariffs.csv"
    payload.write_text("Year,Rate\n2024,1.5\n2025,11.25\n", encoding="utf-8")
    parsed = dataset.parse(dataset, payload, tmp_path)
    contract.check(dataset, tmp_path, parsed)
    assert (parsed.rows, parsed.data_from, parsed.data_through) == ({"tariffs": 2}, date(2024, 1, 1), date(2025, 1, 1))
    assert duckdb.read_parquet(str(tmp_path / "tariffs.parquet")).order("Year").fetchall() == [("2024", 1.5), ("2025", 11.25)]

    payload.write_text("Jahr,Satz\n2024,1.5\n", encoding="utf-8")
    with pytest.raises(ContractError, match="agency/tariffs"):
        dataset.parse(dataset, payload, tmp_path)
