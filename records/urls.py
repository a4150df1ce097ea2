"""Database addresses as people write them, turned into what SQLAlchemy and psycopg want."""

import sqlalchemy as sa


def sqlalchemy_url(url: str | sa.URL) -> sa.URL:
    """`postgres://` and `postgresql://` both work; the driver is always psycopg 3."""
    address = str(url) if isinstance(url, str) else url.render_as_string(hide_password=False)
    if address.startswith("postgres://"):
        address = "postgresql://" + address.removeprefix("postgres://")
    return sa.make_url(address).set(drivername="postgresql+psycopg")


def libpq_url(url: str | sa.URL) -> str:
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
