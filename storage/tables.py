"""The SQL tables. Each change needs a migration in `storage/migrations/versions`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("credits_limit", BigInteger, nullable=False),
    # Sums over `reservations` and `settlements`. They let one UPDATE check and reserve.
    Column("credits_used", BigInteger, nullable=False, server_default="0"),
    Column("credits_held", BigInteger, nullable=False, server_default="0"),
    Column("proxy_bytes_used", BigInteger, nullable=False, server_default="0"),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_hash", String(64), primary_key=True),  # SHA-256, hexadecimal
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("is_from_settings", Boolean, nullable=False, server_default=false()),
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("total_urls", Integer, nullable=False),
    Column("output_format", String(16), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # The latest generation that was reserved. No number is used twice.
    Column("generation", Integer, nullable=False),
    # The latest generation that has ended.
    Column("ended_generation", Integer, nullable=False),
    # Whether the latest reserved generation may still run.
    Column("is_open", Boolean, nullable=False, index=True),
    # The batch after its latest ended generation: `completed`, `failed` or `cancelled`.
    Column("status", String(16)),
    Column("completed_count", Integer, nullable=False, server_default="0"),
    Column("failed_count", Integer, nullable=False, server_default="0"),
    Column("finished_at", DateTime(timezone=True)),
    Index(None, "account_id", "created_at", "id"),  # lists the batches of an account
    Index(None, "account_id", "is_open"),  # counts the open batches of an account
)

reservations = Table(
    "reservations",
    metadata,
    Column("batch_id", ForeignKey("batches.id"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("credits_per_item", Integer, nullable=False),
    # Whether the workflow has begun. Until then the reservation can be withdrawn.
    Column("is_admitted", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

settlements = Table(
    "settlements",
    metadata,
    Column("batch_id", String(36), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("item_uuid", String(36), primary_key=True),
    Column("base", Integer, nullable=False),  # credits charged from the reservation
    Column("refunded", Integer, nullable=False),  # credits given back from the reservation
    Column("extra", Integer, nullable=False),  # credits charged on top of the reservation
    Column("proxy_bytes", BigInteger, nullable=False, server_default="0"),
    Column("settled_at", DateTime(timezone=True), nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("key_hash", String(64), primary_key=True),  # SHA-256, hexadecimal
    Column("body_hash", String(64), nullable=False),  # SHA-256, hexadecimal
    Column("batch_id", ForeignKey("batches.id"), nullable=False, index=True),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
)

rate_windows = Table(
    "rate_windows",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("started_at", BigInteger, nullable=False),  # seconds since 1970
    Column("requests", BigInteger, nullable=False),
)
