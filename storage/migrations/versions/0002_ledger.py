"""The credit ledger: reservations, settlements, and their sums per account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this migration."""
    for name in ("credits_used", "credits_held"):
        op.add_column(
            "accounts", sa.Column(name, sa.BigInteger, nullable=False, server_default="0")
        )
    # Batches from before the ledger have no reservation. They count as ended.
    op.add_column(
        "batches", sa.Column("generation", sa.Integer, nullable=False, server_default="1")
    )
    op.add_column(
        "batches", sa.Column("ended_generation", sa.Integer, nullable=False, server_default="1")
    )
    op.add_column(
        "batches", sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.false())
    )
    with op.batch_alter_table("batches") as table:
        for name in ("generation", "ended_generation", "is_open"):
            table.alter_column(name, server_default=None)
    op.create_index("ix_batches_is_open", "batches", ["is_open"])
    op.create_table(
        "reservations",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("item_count", sa.Integer, nullable=False),
        sa.Column("credits_per_item", sa.Integer, nullable=False),
        sa.Column("is_admitted", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "generation", name="pk_reservations"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name="fk_reservations_batch_id_batches"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_reservations_account_id_accounts"
        ),
    )
    op.create_table(
        "settlements",
        sa.Column("batch_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("item_uuid", sa.String(36), nullable=False),
        sa.Column("base", sa.Integer, nullable=False),
        sa.Column("refunded", sa.Integer, nullable=False),
        sa.Column("extra", sa.Integer, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "generation", "item_uuid", name="pk_settlements"),
    )


def downgrade() -> None:
    """Undo this migration."""
    op.drop_table("settlements")
    op.drop_table("reservations")
    op.drop_index("ix_batches_is_open", "batches")
    with op.batch_alter_table("batches") as table:
        table.drop_column("is_open")
        table.drop_column("ended_generation")
        table.drop_column("generation")
    with op.batch_alter_table("accounts") as table:
        table.drop_column("credits_held")
        table.drop_column("credits_used")
