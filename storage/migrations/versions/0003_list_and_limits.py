"""The end of each batch, idempotency keys, and the windows of the rate limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    op.add_column("batches", sa.Column("status", sa.String(16)))
    for name in ("completed_count", "failed_count"):
        op.add_column("batches", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    op.add_column("batches", sa.Column("finished_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_batches_account_id_created_at_id", "batches", ["account_id", "created_at", "id"]
    )
    op.create_index("ix_batches_account_id_is_open", "batches", ["account_id", "is_open"])
    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key_hash", name="pk_idempotency_keys"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_idempotency_keys_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_idempotency_keys_batch_id_batches"
        ),
    )
    for name in ("batch_id", "created_at"):
        op.create_index(f"ix_idempotency_keys_{name}", "idempotency_keys", [name])
    op.create_table(
        "rate_windows",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_rate_windows"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_rate_windows_account_id_accounts"
        ),
    )


def downgrade() -> None:
    """Undo this migration."""
    op.drop_table("rate_windows")
    op.drop_table("idempotency_keys")
    op.drop_index("ix_batches_account_id_is_open", "batches")
    op.drop_index("ix_batches_account_id_created_at_id", "batches")
    for name in ("finished_at", "failed_count", "completed_count", "status"):
        op.drop_column("batches", name)
