"""The same promises on SQLite and on a real PostgreSQL: tables, views, export, purge, versions."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from sqlalchemy import text

from clickqueue_receiver import Settings
from clickqueue_receiver.event import Row
from clickqueue_receiver.main import main
from clickqueue_receiver.schema import VERSION, SchemaError
from clickqueue_receiver.store import Store
from tests.receiver.bed import BATCH, batch, event, post, receiving
from tests.receiver.postgres import Postgres
from tests.receiver.served import COMMAND, environment, run
from tests.receiver.waiting import wait_until


def query(db: str, statement: str) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with Store(Settings(db=db)) as store, store.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def fill(db: str, tmp_path: Path, *events: Any, **changes: Any) -> dict[str, Any]:
    """Post a batch to a receiver; returns its answer."""
    with receiving(tmp_path, db=db) as client:
        answer = post(client, BATCH, batch(*events, **changes))
        assert answer.status_code == 200, answer.text
        counts: dict[str, Any] = json.loads(answer.content)
        return counts


def test_every_kind_of_value_is_stored(db: str, tmp_path: Path) -> None:
    """Texts of any kind, large numbers, nested fields; twice the same is once."""
    strange = [
        event(id="\0"),
        event(id="\ud83d"),
        event(id="ÄÖ😀", note={"\0": ["\udc00", 10**30, 1e300, None]}),
        event(timestamp=-1e15),
    ]
    first, second = fill(db, tmp_path, *strange), fill(db, tmp_path, *strange)
    assert (first["accepted"], second["accepted"], second["duplicates"]) == (4, 0, 4)
    ids = {row[0] for row in query(db, "SELECT id FROM clicks")}
    assert {'json:"\\u0000"', 'json:"\\ud83d"', "ÄÖ😀"} < ids


def test_many_rows_are_one_commit(db: str, tmp_path: Path) -> None:
    """More rows than a statement of SQLite has parameters for."""
    store = Store(Settings(db=db))
    store.prepare()
    now = datetime.now(UTC)
    rows = [Row(f"id-{number}", "s", "q", "o", "b", now, "u", 1, now, 0, {}) for number in range(5_000)]
    assert len(store.insert(rows).new) == 5_000
    assert store.insert(rows).new == set()
    store.close()
    assert query(db, "SELECT count(*) FROM clicks") == [(5_000,)]


def test_the_same_batch_from_20_connections_is_stored_once(db: str, tmp_path: Path) -> None:
    """Each event is accepted by exactly one of 20 requests that come at the same time."""
    body = batch(*[event() for _ in range(10)])
    with receiving(tmp_path, db=db, writers=4) as client, ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: post(client, BATCH, body), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert sum(answer.json()["accepted"] for answer in answers) == 10
    assert sum(answer.json()["duplicates"] for answer in answers) == 190
    assert query(db, "SELECT count(*) FROM clicks") == [(10,)]


def test_the_views_count(db: str, tmp_path: Path) -> None:
    """By offer, by button variant, and by the hour of the click, with the visitor's clock corrected."""
    clicks = [event(offerId="a", sessionId="1"), event(offerId="a", sessionId="1"), event(offerId="b", buttonVariantId="red")]
    fill(db, tmp_path, *clicks)
    assert sorted(query(db, "SELECT offer_id, clicks, sessions FROM clicks_by_offer")) == [("a", 2, 1), ("b", 1, 1)]
    variants = query(db, "SELECT question_id, offer_id, button_variant_id, clicks FROM clicks_by_button_variant")
    assert sorted(variants) == [("q-1", "a", "blue", 2), ("q-1", "b", "red", 1)]
    ((hour, clicked, sessions),) = query(db, "SELECT hour, clicks, sessions FROM clicks_by_hour")
    # The visitor's clock shows 2026-01-01; the clicks happened 5 s before they arrived.
    ((first,),) = query(db, "SELECT first_click FROM clicks_by_offer WHERE offer_id = 'b'")
    arrived = query(db, "SELECT received_at FROM clicks")[0][0]
    moments = [datetime.fromisoformat(str(moment)).replace(tzinfo=UTC) for moment in (first, arrived)]
    assert 4.9 < (moments[1] - moments[0]).total_seconds() < 5.1
    assert (str(hour)[:13], clicked, sessions) == (str(moments[0])[:13], 3, 2)


def test_export_has_every_click(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As CSV and as Parquet, in the order of arrival, since a moment or until one."""
    fill(db, tmp_path, event(id="ä", note=[1]))
    fill(db, tmp_path, event(id="b", timestamp=None))
    files = [tmp_path / "all.csv", tmp_path / "all.parquet"]
    for file in files:
        assert main(["export", "--db", db, "--format", file.suffix[1:], "--out", str(file)]) == 0
    lines = list(csv.DictReader(io.StringIO(files[0].read_text())))
    assert [(line["id"], line["clicked_at"], line["rest"]) for line in lines] == [
        ("ä", "2026-01-01T00:00:00+00:00", '{"note":[1]}'),
        ("b", "", "{}"),
    ]
    table = pyarrow.parquet.read_table(files[1]).to_pylist()
    assert [(row["id"], row["clicked_at"], row["rest"]) for row in table] == [
        ("ä", datetime(2026, 1, 1, tzinfo=UTC), '{"note":[1]}'),
        ("b", None, "{}"),
    ]
    for choice, ids in ((["--since", lines[1]["received_at"]], ["b"]), (["--until", lines[1]["received_at"]], ["ä"])):
        assert main(["export", "--db", db, "--out", str(files[0]), *choice]) == 0
        assert [line["id"] for line in csv.DictReader(io.StringIO(files[0].read_text()))] == ids
    assert capsys.readouterr().err == ""


def test_export_is_in_utc(db: str, tmp_path: Path) -> None:
    """Whatever the time zone of the server, of `--since` and of the first year's clicks."""
    zone = "" if db.startswith("sqlite") else "?options=-c%20TimeZone%3DAmerica/New_York"
    fill(db, tmp_path, event(id="a", timestamp=-62_135_596_800_000))
    file = tmp_path / "all.csv"
    since = datetime.now(timezone(timedelta(hours=10))) - timedelta(minutes=10)
    assert main(["export", "--db", db + zone, "--since", since.isoformat(), "--out", str(file)]) == 0
    (line,) = csv.DictReader(io.StringIO(file.read_text()))
    assert (line["id"], line["clicked_at"], line["received_at"][-6:]) == ("a", "0001-01-01T00:00:00+00:00", "+00:00")


def test_an_export_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk: exit code 1."""
    db = f"sqlite:///{tmp_path / 'clicks.sqlite3'}"
    fill(db, tmp_path, event())
    assert main(["export", "--db", db, "--out", "/dev/full"]) == 1
    assert capsys.readouterr().err == "clickqueue-receiver: [Errno 28] No space left on device\n"


def test_an_export_whose_reader_leaves_ends_in_silence(tmp_path: Path) -> None:
    """As with `| head -1`: nothing on stderr."""
    db = f"sqlite:///{tmp_path / 'clicks.sqlite3'}"
    fill(db, tmp_path, *(event(note="x" * 1_000) for _ in range(100)))
    command = [*COMMAND, "export", "--db", db]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 1)


def test_a_session_is_forgotten(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All its clicks go, no other's; a session of any text."""
    fill(db, tmp_path, event(sessionId="a"), event(sessionId="a"), event(sessionId="\0b"), event(id="kept", sessionId="c"))
    assert [main(["purge", "--db", db, "--session", session]) for session in ("a", "\0b", "a")] == [0, 0, 0]
    assert capsys.readouterr().out.splitlines() == ["purged 2 clicks", "purged 1 clicks", "purged 0 clicks"]
    assert query(db, "SELECT id FROM clicks") == [("kept",)]


def test_what_is_old_is_purged(db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the moment of arrival; a span within which clicks can come again is warned of."""
    store = Store(Settings(db=db))
    store.prepare()
    moments = (datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC))
    store.insert(
        [Row(str(number), "s", "q", "o", "b", None, None, None, moments[number % 2], None, {}) for number in range(12_000)]
    )
    store.close()
    assert main(["purge", "--db", db, "--older-than", "90d"]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("purged 6000 clicks\n", "")
    assert main(["purge", "--db", db, "--older-than", "7d"]) == 0
    assert "a click may come again until eight days after it" in capsys.readouterr().err
    assert query(db, "SELECT count(*) FROM clicks") == [(6_000,)]


def test_what_is_purged_is_gone_from_the_file(tmp_path: Path) -> None:
    """SQLite overwrites it, in its log too."""
    db = f"sqlite:///{tmp_path / 'clicks.sqlite3'}"
    fill(db, tmp_path, event(sessionId="visitor-4711"), event(sessionId="another"))
    assert main(["purge", "--db", db, "--session", "visitor-4711"]) == 0
    left = b"".join(path.read_bytes() for path in tmp_path.glob("clicks.sqlite3*"))
    assert (b"visitor-4711" in left, b"another" in left) == (False, True)


def test_tables_have_a_version(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`migrate` makes them, and again does nothing; without them `--no-migrate` and `export` say what to do."""
    with Store(Settings(db=db, migrate=False)) as store, pytest.raises(SchemaError) as caught:
        store.prepare()
    assert "run clickqueue-receiver migrate" in str(caught.value)
    assert main(["export", "--db", db]) == 2
    assert [main(["migrate", "--db", db]) for _ in range(2)] == [0, 0]
    assert capsys.readouterr().out.splitlines() == [
        f"the tables had version {found} and have version {VERSION}" for found in (0, VERSION)
    ]
    with Store(Settings(db=db, migrate=False)) as store:
        store.prepare()


def test_newer_tables_are_left_alone(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A receiver that is older than its tables does not start."""
    with Store(Settings(db=db)) as store:
        store.prepare()
        with store.engine.begin() as connection:
            connection.execute(text("UPDATE clickqueue_schema SET version = 99"))
    assert main(["migrate", "--db", db]) == 2
    assert "the tables have version 99" in capsys.readouterr().err


def test_receivers_that_start_together_migrate_once(db: str, tmp_path: Path) -> None:
    """Four at the same time: one makes the tables, the others find them."""
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: run(tmp_path, "migrate", "--db", db), range(4)))
    assert [each.returncode for each in done] == [0] * 4, [each.stderr for each in done]
    assert sorted(b"had version 0" in each.stdout for each in done) == [False, False, False, True]


def test_a_server_that_answers_before_it_writes_is_told_not_to(postgres: Postgres) -> None:
    """With `synchronous_commit = off` on the server, the receiver's connections have it on; a stricter one stays."""
    shown = {}
    for level in ("off", "remote_apply"):
        postgres.query(f"ALTER DATABASE postgres SET synchronous_commit = {level}")
        shown[level] = query(postgres.url, "SHOW synchronous_commit")[0][0]
    postgres.query("ALTER DATABASE postgres RESET synchronous_commit")
    assert shown == {"off": "on", "remote_apply": "remote_apply"}


def test_sqlite_writes_each_commit_through() -> None:
    """`synchronous = FULL` (2) with a write-ahead log: a power cut takes nothing that was acknowledged."""
    with Store(Settings(test_mode=True)) as store, store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_batch_is_one_statement(postgres: Postgres) -> None:
    """`INSERT … SELECT FROM json_to_recordset(…) ON CONFLICT DO NOTHING RETURNING id`, and no transaction around it."""
    postgres.query("ALTER DATABASE postgres SET log_statement = 'all'")
    now = datetime.now(UTC)
    try:
        with Store(Settings(db=postgres.url)) as store:
            store.prepare()
            store.insert([Row("first", "s", "q", "o", "b", now, "u", 1, now, 0, {})])  # A new connection asks some questions.
            before = len(postgres.log())
            store.insert([Row(str(number), "s", "q", "o", "b", now, "u", 1, now, 0, {}) for number in range(100)])
            said = postgres.log()[before:]
    finally:
        postgres.query("ALTER DATABASE postgres RESET log_statement")
    statements = [line.partition(": ")[2] for line in re.findall(r"LOG:  (?:statement|execute .*?): .*", said)]
    assert len(statements) == 1, said
    assert re.search(r"INSERT INTO clicks .*\sFROM json_to_recordset\(.*ON CONFLICT DO NOTHING RETURNING clicks.id", said, re.S)


def test_a_commit_that_a_standby_may_lack_is_not_acknowledged(postgres: Postgres, tmp_path: Path) -> None:
    """A wait for a synchronous standby that is cancelled leaves a warning: 503, and the retry is a duplicate, not a loss."""
    body = batch(event(id="x"))

    def waits() -> list[tuple[object, ...]]:
        return postgres.query("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")

    with receiving(tmp_path, db=postgres.url) as client, ThreadPoolExecutor(1) as threads:
        assert post(client, BATCH, batch(event())).status_code == 200
        postgres.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        postgres.query("SELECT pg_reload_conf()")
        wait_until(lambda: postgres.query("SHOW synchronous_standby_names") == [("nobody",)], "the setting is read")
        # It counts once the checkpointer has read it too, which it does before a checkpoint.
        postgres.query("CHECKPOINT")
        try:
            answer = threads.submit(post, client, BATCH, body)
            wait_until(waits, "the commit waits for a standby")
            postgres.query(f"SELECT pg_cancel_backend({waits()[0][0]})")
            assert answer.result().status_code == 503
        finally:
            postgres.query("ALTER SYSTEM RESET synchronous_standby_names")
            postgres.query("SELECT pg_reload_conf()")
        wait_until(lambda: post(client, BATCH, body).status_code == 200, "the event is taken")
    assert query(postgres.url, "SELECT count(*) FROM clicks") == [(2,)]
