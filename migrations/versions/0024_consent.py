"""How a patient was told that what they say is written down, and when they agreed to be recorded or did not.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE conversations ADD COLUMN notice text")
    op.execute("ALTER TABLE calls ADD COLUMN recording_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE calls DROP COLUMN recording_at")
    op.execute("ALTER TABLE conversations DROP COLUMN notice")
