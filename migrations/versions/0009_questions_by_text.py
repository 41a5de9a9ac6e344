"""What a text message asks: of which patient, about which time.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN about jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox DROP COLUMN about")
