"""Three views for people with an SQL prompt. A click's hour is by the visitor's clock, corrected by the skew of its batch."""

from __future__ import annotations

from sqlalchemy import Connection

# Where the visitor's clock is unknown, the moment of arrival is the best that there is.
CLICKED = {
    "postgresql": "coalesce(clicked_at + coalesce(skew_ms, 0) * interval '1 millisecond', received_at)",
    "sqlite": "coalesce(strftime('%Y-%m-%d %H:%M:%f', clicked_at, (coalesce(skew_ms, 0) / 1000.0) || ' seconds'), received_at)",
}
HOUR = {
    "postgresql": f"date_trunc('hour', {CLICKED['postgresql']}, 'UTC')",
    "sqlite": f"strftime('%Y-%m-%d %H:00:00', {CLICKED['sqlite']})",
}
SUMS = "count(*) AS clicks, count(DISTINCT session_id) AS sessions"


def statements(dialect: str) -> list[str]:
    """The statements that create the views in one kind of database."""
    clicked = CLICKED[dialect]
    span = f"min({clicked}) AS first_click, max({clicked}) AS last_click"
    return [
        f"CREATE VIEW clicks_by_offer AS SELECT offer_id, {SUMS}, {span} FROM clicks GROUP BY offer_id",
        "CREATE VIEW clicks_by_button_variant AS "
        f"SELECT question_id, offer_id, button_variant_id, {SUMS}, {span} FROM clicks "
        "GROUP BY question_id, offer_id, button_variant_id",
        f"CREATE VIEW clicks_by_hour AS SELECT {HOUR[dialect]} AS hour, {SUMS} FROM clicks GROUP BY 1",
    ]


def create_views(connection: Connection) -> None:
    """Create all three."""
    for statement in statements(connection.dialect.name):
        # The driver itself, since SQLAlchemy would read the colons of a time as parameters.
        connection.exec_driver_sql(statement)
