"""The proxy traffic of items and accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = (("settlements", "proxy_bytes"), ("accounts", "proxy_bytes_used"))


def upgrade() -> None:
    """Apply this migration."""
    for table, name in _COLUMNS:
        op.add_column(table, sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    """Undo this migration."""
    for table, name in _COLUMNS:
        op.drop_column(table, name)
