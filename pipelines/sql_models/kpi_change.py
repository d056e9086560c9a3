"""How a number changed: against the period before, and a day against the same weekday."""

from pipelines.sql_models.counting import PERIODS, Period
from pipelines.sql_models.kpi_tables import OWNER
from pipelines.sql_models.model import Column, Header, SqlModel

_KEYS = ("metric_id", "metric_version", "metric_name", "unit", "scope_kind", "scope_id")
_BEFORE = {
    "day": {"previous": "interval '1' day", "weekday": "interval '7' day"},
    "week": {"previous": "interval '7' day"},
    "month": {"previous": "interval '1' month"},
}
"""Per grain what is compared with: how much later a period is than that one."""
_WORDS = {
    ("day", "previous"): "the day before",
    ("day", "weekday"): "the same weekday of the week before",
    ("week", "previous"): "the week before",
    ("month", "previous"): "the month before",
}


def change_models() -> list[SqlModel]:
    """`marts.v_kpi_change_day`, `_week` and `_month`."""
    return [_changes(grain) for grain in PERIODS]


def _changes(grain: Period) -> SqlModel:
    # The divided view is read once, each row for its own period and as the past of later ones: to
    # join it to itself takes several times as long to plan.
    later = _BEFORE[grain]
    steps = "\n    union all\n    ".join(f"select '{name}' as compared" for name in later)
    dates = "\n".join(
        f"            when '{name}' then v.local_date + {step}" for name, step in later.items()
    )
    keys = ", ".join(_KEYS)
    pasts = ",\n".join(
        f"        max(case when compared = '{name}' then value end) as {name}_value,\n"
        f"        max(case when compared = '{name}' and is_small then 1 else 0 end) as {name}_small"
        for name in later
    )
    changes = ",\n".join(
        f"    {name}_value,\n"
        f"    case when is_small = 0 and {name}_small = 0 then value - {name}_value end"
        f" as {_change(name)}"
        for name in later
    )
    sql = f"""with step as (
    select 'own' as compared
    union all
    {steps}
),

shifted as (
    select
        {", ".join(f"v.{key}" for key in _KEYS)}, v.zone, v.value, v.is_small, v.is_provisional,
        s.compared,
        cast(case s.compared
            when 'own' then v.local_date
{dates}
        end as date) as local_date
    from marts.v_kpi_{grain} as v
    cross join step as s
),

beside as (
    select
        {keys}, local_date,
        min(case when compared = 'own' then zone end) as zone,
        max(case when compared = 'own' then value end) as value,
        max(case when compared = 'own' and is_small then 1 else 0 end) as is_small,
        max(case when is_provisional then 1 else 0 end) as is_provisional,
{pasts}
    from shifted
    group by {keys}, local_date
    -- A period without a number of its own has no change.
    having count(case when compared = 'own' then 1 end) > 0
)

select
    {keys}, local_date, zone,
    value,
{changes},
    is_small = 1 as is_small,
    is_provisional = 1 as is_provisional
from beside"""
    return SqlModel("marts", f"v_kpi_change_{grain}", _header(grain), sql)


def _change(name: str) -> str:
    return "change" if name == "previous" else f"{name}_change"


def _header(grain: Period) -> Header:
    words = {name: _WORDS[grain, name] for name in _BEFORE[grain]}
    columns = {
        f"{name}_value": Column(description=f"Value of {text}.") for name, text in words.items()
    } | {
        _change(name): Column(
            description=f"Value less that of {text}, in the metric's unit; of percents points. "
            "Empty when either is not known or of too few cases."
        )
        for name, text in words.items()
    }
    columns["is_provisional"] = Column(description="The value or one compared with may change yet.")
    if grain != "day":
        columns["local_date"] = Column(description=f"First day of the {grain}.")
    return Header(
        description=f"Every metric per scope and {grain}, beside {' and '.join(words.values())}. "
        f"Name the metric asked for: all of v_kpi_{grain} that is not ruled out is read.",
        owner=OWNER,
        grain=("metric_id", "metric_version", "scope_kind", "scope_id", "local_date"),
        materialization="view",
        columns=columns,
    )
