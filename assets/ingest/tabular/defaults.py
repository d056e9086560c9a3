"""What columns hold that a mapping leaves out, as SQL over the other columns of the table."""

_DEFAULTS: dict[str, dict[str, str]] = {
    "contact": {
        "root_contact_id": "contact_id",
        "kind": "'customer'",
        "channel": "'voice'",
        "direction": "'inbound'",
        "is_open": "false",
        "is_in_queue_log": "true",
        "is_in_cdr": "true",
    },
    "queue_visit": {
        "visit_ordinal": "row_number() over (partition by contact_id order by entered_at, queue)",
        "entry_repeat": "1",
        "wait_ms": "epoch_ms(left_at) - epoch_ms(entered_at)",
        "left_at": "entered_at + to_milliseconds(wait_ms)",
        "next_step": "'none'",
        "is_consult": "false",
    },
    "queue_refusal": {
        "refusal_ordinal": "row_number() over (partition by contact_id order by refused_at, queue)",
    },
    "agent_offer": {
        "entered_at": "null",
        "visit_ordinal": "1",
        "entry_repeat": "1",
        "offer_ordinal": ("row_number() over (partition by contact_id order by offered_at, agent)"),
    },
    "handle_segment": {
        "segment_ordinal": (
            "row_number() over (partition by contact_id order by connected_at, agent)"
        ),
        "segment_repeat": "1",
        "visit_ordinal": "1",
        "entry_repeat": "case when entered_at is not null then 1 end",
        "channel": "'voice'",
        "role": "'customer'",
        "ended_at": ("connected_at + to_milliseconds(talk_ms + coalesce(hold_ms, 0))"),
        "talk_ms": "epoch_ms(ended_at) - epoch_ms(connected_at) - coalesce(hold_ms, 0)",
        "talk_includes_hold": "hold_ms is null",
        "is_talk_unreliable": "false",
        "is_open": "false",
        "is_cut": "false",
    },
    "agent_event": {
        "event_rank": (
            "row_number() over (partition by agent, event_at order by event, queue, state)"
        ),
        "event_repeat": "1",
        "is_inferred": "false",
        "is_carried": "false",
    },
    "roster": {"is_inferred": "false"},
    "queue_config": {
        "channel": "'voice'",
        "service_level_s": "20",
        "short_abandon_s": "5",
        "is_threshold_assumed": "true",
    },
    "service_case_event": {"event_repeat": "1"},
}

_IDENTITY = {"agent_offer": ("contact_id", "agent", "offered_at")}
"""What makes a row one thing where the contract's key is worked out from the rows around it."""


def identity(table: str) -> tuple[str, ...]:
    """Columns by which lines tell of one thing; none: the contract's key."""
    return _IDENTITY.get(table, ())


def computed_columns(table: str) -> frozenset[str]:
    """Columns of a table that a mapping may leave out though the contract requires them."""
    return frozenset(_DEFAULTS.get(table, {}))


def default_sql(table: str, column: str) -> str:
    """What a column holds that is not mapped; NULL where nothing can be said."""
    return _DEFAULTS.get(table, {}).get(column, "null")
