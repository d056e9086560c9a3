"""The star, built on what the oracle read, says what the oracle says: on made and on real logs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.agreement import MADE, SAME, differences
from tests.generators.asterisk import Made, centres
from tests.laid import lay
from tests.oracle.centre import Centre, read_centre
from tests.oracle.config import Config, read_queues_conf
from tests.warehouse import Warehouse


class Star:
    """The models, built again and again on what is laid down."""

    def __init__(self) -> None:
        from pipelines.sql_models import load_models
        from pipelines.sql_models.empty import empty_inputs

        there = {model.relation for model in load_models()}
        self.relations = [name for name in SAME if name.split()[0] in there]
        self._con = empty_inputs()

    def built_on(self, centre: Centre) -> Warehouse:
        """What is compared, made of one centre's records."""
        from tests.models.warehouse import build_plainly

        self._clear()
        lay(self._con, centre)
        build_plainly(self._con, *(name.split()[0] for name in self.relations))
        return Warehouse(self._con, centre.config.source)

    def _clear(self) -> None:
        tables = self._con.execute(
            """
            select database_name || '.main.' || table_name from duckdb_tables()
            where database_name = 'staging'
            union all
            select 'ops.' || table_name from duckdb_tables()
            where schema_name = 'ops'
                and table_name in ('feed_watermark', 'calendar_interval', 'centre')
            """
        ).fetchall()
        for (table,) in tables:
            self._con.execute(f"delete from {table}")


@pytest.fixture(scope="module")
def star() -> Star:
    """One set of models for all examples."""
    return Star()


def _check(star: Star, centre: Centre, relations: list[str]) -> None:
    warehouse = star.built_on(centre)
    wanted = [relation for relation in relations if relation in star.relations]
    found = [differences(relation, centre, warehouse) for relation in wanted]
    assert not any(found), "\n" + "\n".join(text for text in found if text)


@pytest.mark.soak
def test_on_the_shipped_sample(star: Star, sample: Path):
    config = Config()
    read_queues_conf((sample / "queues.conf").read_text(encoding="utf-8"), config)
    logs = [(sample / "queue_log").read_bytes()], [(sample / "Master.csv").read_bytes()]
    _check(star, read_centre(*logs, config), list(SAME))


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(made=centres())
def test_on_made_centres(star: Star, made: Made):
    centre = read_centre([made.queue_log], [made.master_csv], made.config())
    _check(star, centre, list(MADE))
