"""Which API keys stand in `SPIDRA_API_KEYS`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DEMO_KEY_HASH = "41e4cddf3be25476bc73b09e5ac941dc6c7123c18d096f8f8683860d98b585b2"
"""The key of `make up` without own keys: the only key of which it is known where it came from."""


def upgrade() -> None:
    """Apply this migration."""
    op.add_column(
        "api_keys",
        sa.Column("is_from_settings", sa.Boolean, nullable=False, server_default=sa.false()),
    )
    keys = sa.table("api_keys", sa.column("key_hash"), sa.column("is_from_settings"))
    op.execute(
        sa.update(keys).where(keys.c.key_hash == _DEMO_KEY_HASH).values(is_from_settings=True)
    )


def downgrade() -> None:
    """Undo this migration."""
    op.drop_column("api_keys", "is_from_settings")
