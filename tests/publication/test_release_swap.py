"""Releases replace each other without a reader noticing, and a publication that dies leaves no trace."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest

from orchestration.publication.checks import check_release
from orchestration.publication.release import (
    KEPT_RELEASES,
    ReleaseError,
    created_at,
    current_release,
    go_live,
    link_of,
    new_release_id,
    publishing,
    remove_old_releases,
)


def test_a_release_id_is_the_moment_in_utc_and_differs_within_a_second():
    moment = datetime(2026, 11, 22, 12, 5, 1, tzinfo=timezone(timedelta(hours=-5)))
    first, second = new_release_id(moment), new_release_id(moment)
    assert first.startswith("20261122T170501Z-")
    assert len(first) == len("20261122T170501Z-1f0c9a3e")
    assert first != second
    assert created_at(first) == datetime(2026, 11, 22, 17, 5, 1, tzinfo=UTC)


def test_a_release_goes_live_under_a_relative_link(release, data_dir):
    published = release(1)
    link = data_dir / "publish" / "current"
    assert str(link.readlink()) == published.release_id
    assert current_release(data_dir) == published
    assert published.folder.name == published.release_id
    assert published.created_at == datetime(2026, 11, 22, 17, 5, 1, tzinfo=UTC)
    assert published.tables["marts.fct_trade"] == 4


def test_the_published_folder_can_be_moved(release, data_dir, tmp_path):
    release(1)
    (data_dir / "publish").rename(tmp_path / "elsewhere")
    with duckdb.connect(str(tmp_path / "elsewhere" / "current" / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM marts.fct_trade").fetchone() == (4,)


def test_a_release_of_a_days_knowledge_has_its_own_link(release, data_dir):
    latest = release(1)
    then = release(2, as_of=date(2026, 5, 31))
    assert link_of(date(2026, 5, 31)) == "as-of-2026-05-31"
    assert current_release(data_dir) == latest
    assert current_release(data_dir, "as-of-2026-05-31") == then
    assert then.as_of == date(2026, 5, 31)


def test_no_release_is_none(release, data_dir):
    assert current_release(data_dir) is None
    published = release(1)
    assert current_release(data_dir, "as-of-2020-01-01") is None
    published.database.unlink()
    assert current_release(data_dir) is None
    shutil.rmtree(published.folder)
    assert current_release(data_dir) is None
    assert release(2) == current_release(data_dir)


def test_asking_for_the_release_and_the_state_imports_nothing_heavy():
    program = (
        "import sys, orchestration.publication.release, orchestration.publication.state\n"
        "print(sorted({'duckdb', 'pandas', 'jinja2', 'dagster', 'dbt', 'requests'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_release_name_is_used_once(release, data_dir):
    first = release(1)
    before = (first.folder / "SHA256SUMS").read_text()
    with pytest.raises(ReleaseError, match="this name already"):
        release(1)
    assert (first.folder / "SHA256SUMS").read_text() == before
    assert sorted(path.name for path in (data_dir / "publish").iterdir()) == [first.release_id, "current"]


def test_a_failing_check_leaves_the_live_release_and_nothing_else(release, warehouse, data_dir):
    good = release(1)
    warehouse.execute("INSERT INTO marts.fct_trade FROM marts.fct_trade LIMIT 1")
    with pytest.raises(ReleaseError, match="several rows of one key"):
        release(2)
    assert current_release(data_dir) == good
    assert sorted(path.name for path in (data_dir / "publish").iterdir()) == [good.release_id, "current"]
    warehouse.execute("DELETE FROM marts.fct_trade; INSERT INTO marts.fct_trade VALUES ('made_up/trade', 'US', '2026-03-01', 1, '2026-05-05')")
    assert release(3) == current_release(data_dir)


def test_an_error_while_publishing_leaves_the_working_database_usable(release, data_dir, monkeypatch):
    good = release(1)
    monkeypatch.setattr("orchestration.publication.publish.write_datapackage", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        release(2)
    monkeypatch.undo()
    assert current_release(data_dir) == good
    release(3)


def test_what_is_kept_is_what_is_linked_and_what_was_live_last(tmp_path):
    names = [f"202611{day:02}T000000Z-00000000" for day in range(1, 21)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "release.json").write_text("{}")
    go_live(tmp_path / names[0], "as-of-2020-01-01")
    for name in names:
        os.utime(tmp_path / name, (0, 0))
    go_live(tmp_path / names[1], "current")
    go_live(tmp_path / names[19], "current")

    removed = remove_old_releases(tmp_path, keep=3)

    assert sorted(path.name for path in tmp_path.iterdir() if not path.is_symlink()) == [names[0], names[1], names[17], names[18], names[19]]
    assert sorted(removed) == names[2:17]
    assert (tmp_path / "as-of-2020-01-01" / "release.json").exists()


def test_publishing_keeps_the_latest_releases(release, data_dir):
    kept_by_link = release(59, as_of=date(2026, 5, 31))
    for n in range(1, KEPT_RELEASES + 4):
        latest = release(n)
    folders = [path for path in (data_dir / "publish").iterdir() if not path.is_symlink()]
    assert len(folders) == KEPT_RELEASES + 2
    assert {kept_by_link.folder, latest.folder} <= set(folders)


def test_what_killed_builds_left_is_cleared_and_releases_are_not(release, data_dir):
    first = release(1)
    publish = data_dir / "publish"
    (publish / ".20261122T000000Z-dead").mkdir()
    (publish / ".20261122T000000Z-dead" / "warehouse.duckdb").write_bytes(b"half")
    (publish / ".current").symlink_to("20261122T000000Z-dead")
    second = release(2)
    assert sorted(path.name for path in publish.iterdir()) == sorted([first.release_id, second.release_id, "current"])


def test_one_process_publishes_at_a_time(start, data_dir):
    waiting = "import sys\nfrom pathlib import Path\nfrom orchestration.publication.release import publishing\nprint('ready', flush=True)\n"
    waiting += "with publishing(Path(sys.argv[1])) as publish: (publish / 'second').touch()"
    with publishing(data_dir) as publish:
        process = start(waiting, data_dir)
        time.sleep(0.3)
        assert not (publish / "second").exists()
    assert process.wait(timeout=10) == 0
    assert (publish / "second").exists()


def test_readers_see_no_error_and_no_mixed_release(warehouse, release, start_publisher, start_reader, tmp_path):
    report_html = "20261122T170501Z-00000001"
    release(1, report_html=report_html)
    warehouse.close()
    stop = tmp_path / "stop"
    readers = [start_reader(stop) for _ in range(2)]
    publisher = start_publisher(8)
    published, errors = publisher.communicate(timeout=120)
    stop.touch()
    assert publisher.returncode == 0, errors
    assert len(published.split()) == 8
    for reader in readers:
        said, errors = reader.communicate(timeout=30)
        assert reader.returncode == 0, errors
        assert json.loads(said)["releases"] >= 3, "the readers saw too few releases to show anything"


def test_a_reader_in_the_same_process_keeps_what_it_opened(release, data_dir):
    first = release(1)
    with duckdb.connect(str(first.database), read_only=True) as held:
        for n in range(2, KEPT_RELEASES + 5):
            latest = release(n)
        assert held.execute("SELECT headline FROM meta.release").fetchone() == (first.headline,)
        assert held.execute("SELECT sum(value) FROM marts.fct_trade").fetchone() == (87.5e9,)
    with duckdb.connect(str(data_dir / "publish" / "current" / "warehouse.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT release_id FROM meta.release").fetchone() == (latest.release_id,)


def test_a_killed_publication_leaves_the_old_release_whole(warehouse, data_dir, release, start_publisher):
    release(1)
    warehouse.close()
    chance = random.Random(20261122)
    for _ in range(8):
        process = start_publisher(1000)
        time.sleep(chance.uniform(0.0, 0.9))
        process.kill()
        process.communicate()
        live = current_release(data_dir)
        assert live is not None
        check_release(live.folder, data_dir)
    for folder in (data_dir / "publish").glob("[!.]*Z-*"):
        check_release(folder, data_dir)

    process = start_publisher(1)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert current_release(data_dir).release_id == said.strip()
    assert not list((data_dir / "publish").glob(".*"))
