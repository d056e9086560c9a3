"""Lists of calls: whoever filters them finds as many rows as the number says."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from reports.calls import files
from reports.calls.files import labels
from reports.calls.plan import CallList, figures_listed
from reports.calls.shares import share_of
from reports.outputs.text import defused
from reports.pages.frame import Site
from reports.queries import Reader
from reports.records import Stamp, Trust


@pytest.fixture(scope="module")
def made(centre_folder, tmp_path_factory) -> tuple[Path, Site, dict, dict]:
    """The lists of the small sound centre, its site, the numbers of its days, its definitions."""
    out = tmp_path_factory.mktemp("lists")
    with Reader(centre_folder / "warehouse.duckdb") as reader:
        site = _site(reader)
        list(files.write(reader, out, site, site.days))
        rows = reader._con.execute(
            "select metric_id, scope_kind, scope_id, local_date, numerator, denominator"
            " from marts.kpi_day where scope_kind <> 'direction'"
        ).fetchall()
    numbers = {row[:4]: tuple(float(x or 0) for x in row[4:]) for row in rows}
    return out, site, numbers, {m.id: m for m in site.metrics.values()}


def _site(reader: Reader) -> Site:
    dates = [row["local_date"] for row in reader.days()]
    metrics = reader.metrics()
    lists = files.lists_of(reader, metrics.values(), dates, None)
    stamp = Stamp(1, "r", "0", None, None, "Etc/UTC")
    return Site("x", stamp, Trust(), metrics, {}, reader.agents(), dates, "", lists=lists)


def frame_of(out: Path, one: CallList, day: date) -> pl.DataFrame:
    return pl.read_csv(out / files.path_of(one, day), infer_schema_length=None)


def test_lists_do_not_hang_on_the_order_in_which_facts_were_written(made, centre_folder, tmp_path):
    out, site, *_ = made
    copy = tmp_path / "warehouse-1.duckdb"
    copy.write_bytes((centre_folder / "warehouse.duckdb").read_bytes())
    with duckdb.connect(copy) as con:
        for fact in {one.fact for one in site.lists}:
            con.execute(f"create table turned as from core.{fact} order by rowid desc")
            con.execute(f"drop table core.{fact}")
            con.execute(f"create table core.{fact} as from turned")
            con.execute("drop table turned")
    with Reader(copy) as reader:
        written = list(files.write(reader, tmp_path, site, site.days))
    assert len(written) > 20
    assert [p for p in written if (tmp_path / p).read_bytes() != (out / p).read_bytes()] == []


def sums(made, metric: str) -> dict:
    """Numerator and denominator by kind of scope, id and day, as the lists have them."""
    out, site, *_ = made
    found = defaultdict(lambda: [0.0, 0.0])
    names = {(kind, name): one for (kind, one), name in labels(site).items()}
    for one in site.lists:
        figure = next((f for f in one.figures if f.metric == metric), None)
        for day in one.days if figure else ():
            frame = frame_of(out, one, day)
            for kind in ("all", *(kind for kind, _ in one.scopes)):
                groups = [(("all",), frame)] if kind == "all" else frame.group_by(kind)
                for (label,), rows in groups:
                    if label is not None:
                        key = (kind, names.get((kind, str(label)), str(label)), day)
                        above, below = _parts(rows, figure)
                        found[key][0] += above
                        found[key][1] += below
    return found


def _parts(rows: pl.DataFrame, figure) -> tuple[float, float]:
    values = {name: rows[name].cast(pl.Float64) for name, _ in figure.columns}
    own = values.get(figure.metric)
    if figure.kind == "sum":
        below = values.get(f"{figure.metric}_of")
        return (own.sum() if own is not None else 0, below.sum() if below is not None else 0)
    if figure.kind == "count":
        return own.sum(), 0
    return (0 if figure.kind == "below" else own.sum()), own.count()


def test_counts_and_sums_of_a_list_are_the_numerator_and_denominator_of_every_scope(made):
    _, site, numbers, metrics = made
    kinds = defaultdict(set)
    for one in site.lists:
        for figure in one.figures:
            kinds[figure.metric].add(figure.kind)
    tested = 0
    for metric, found in kinds.items():
        if found & {"value", "enters"}:
            continue
        told, about = sums(made, metric), metrics[metric]
        whole = all(_is_listed(site, sql) for sql in _lines(about))
        factor = share_of(about.over_fact("numerator")[1]).factor
        for (name, kind, scope, day), (above, below) in numbers.items():
            if name != metric:
                continue
            key = (kind, scope, day)
            assert told[key][0] * factor == pytest.approx(above, abs=1e-6), (metric, key)
            if about.denominator_sql and whole:
                assert told[key][1] == pytest.approx(below, abs=1e-6), (metric, key)
            tested += 1
    assert tested > 400
    assert len(kinds) > 40


def _lines(metric) -> list[str]:
    return [*(metric.numerator_sql or "").split("\n"), *filter(None, [metric.denominator_sql])]


def _is_listed(site: Site, sql: str) -> bool:
    return any(sql.endswith(f"core.{one.fact}") for one in site.lists)


def test_every_count_among_the_key_figures_is_listed(made):
    _, site, _, metrics = made
    listed = {figure.metric for one in site.lists for figure in one.figures}
    of_contacts = {one.fact for one in site.lists}
    for name in figures_listed() & metrics.keys():
        fact = metrics[name].over_fact("numerator")
        if fact and fact[0] in of_contacts:
            assert name in listed, name


def test_a_list_names_nobody_who_called(made, centre_folder, tmp_path):
    out, *_ = made
    with duckdb.connect(str(centre_folder / "warehouse.duckdb"), read_only=True) as con:
        refs = {row[0] for row in con.execute(
            "select customer_ref from core.fact_contact where customer_ref is not null"
        ).fetchall()}  # fmt: skip
        contacts = {row[0] for row in con.execute("select contact_id from core.fact_contact")
                    .fetchall()}  # fmt: skip
    assert refs
    for path in out.rglob("*.csv"):
        cells = set(path.read_text("utf-8-sig").replace("\n", ",").split(","))
        assert not cells & refs, path
        assert not cells & contacts, path
        head = path.read_text("utf-8-sig").split("\n", 1)[0].split(",")
        assert not {"customer_ref", "contact_id", "transfer_to", "text"} & set(head)


def test_no_text_from_outside_becomes_a_formula():
    frame = pl.DataFrame({"queue": ["=1+1", "sales"], "shown_outcome": ["@x", None], "n": [-1, 2]})
    one = _bare_list()
    told = files._told(one, frame, {("queue", "sales"): "-Sales"})
    assert told["queue"].to_list() == ["'=1+1", "'-Sales"]
    assert told["outcome"].to_list() == ["'@x", None]
    assert told["n"].to_list() == [-1, 2]
    assert defused("=1+1") == "'=1+1"


def _bare_list() -> CallList:
    from reports.calls.columns import Shown

    return CallList("visit", "fact_queue_visit", Shown(), (), (("queue", "f.queue_id"),), "",
                    True, ())  # fmt: skip


def test_too_many_rows_are_drawn_alike_each_time_and_from_all_hours(monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 1000)
    day, n = date(2026, 3, 2), 24_000
    frame = pl.DataFrame({
        "local_date": [day] * n, "centre_date": [day] * n,
        "sample": pl.select(pl.lit(1)).to_series().new_from_index(0, n),
        "local_time": [f"2026-03-02 {i % 24:02d}:00:00" for i in range(n)],
        "row": range(n),
    })  # fmt: skip
    import hashlib

    frame = frame.with_columns(
        pl.Series("sample", [hashlib.md5(str(i).encode()).hexdigest() for i in range(n)])  # noqa: S324
    ).sort("local_time")
    drawn = files._of_day(frame, day, has_zones=False)
    again = files._of_day(frame.sample(fraction=1, shuffle=True, seed=1).sort("local_date"), day,
                          has_zones=False)  # fmt: skip
    assert drawn.height == 1000
    assert set(drawn["row"]) == set(again["row"])
    hours = drawn.group_by("local_time").len()["len"]
    assert hours.min() > 20
    assert hours.max() < 70
    assert drawn.columns == ["local_time", "row"]


def test_days_of_the_centre_that_are_others_at_a_site_are_in_both_files():
    day = date(2026, 3, 2)
    frame = pl.DataFrame({
        "local_date": [day, day, day + timedelta(days=1)],
        "centre_date": [day, day - timedelta(days=1), day],
        "sample": [None] * 3, "local_time": ["a", "b", "c"],
    })  # fmt: skip
    assert files._of_day(frame, day, has_zones=True)["local_time"].to_list() == ["a", "b", "c"]
    before = files._of_day(frame, day - timedelta(days=1), has_zones=True)
    assert before["local_time"].to_list() == ["b"]


def test_older_days_have_no_lists(made):
    _, site, *_ = made
    one = replace(site.lists[0], days={date(2026, 3, 2): 3, date(2026, 3, 9): 1})
    shown = replace(site, lists=(one,))
    assert files.listed_days(shown, date(2026, 3, 1), date(2026, 3, 8)) == [date(2026, 3, 2)]
