"""Why a number gets no texts, and the unguessable part of the address of an appointment's calendar file.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE opt_outs ADD COLUMN reason text DEFAULT 'stop' NOT NULL")
    op.execute("""
        ALTER TABLE opt_outs ADD CONSTRAINT opt_outs_reason_known
            CHECK (reason IN ('stop', 'carrier', 'no_texts'))
    """)
    op.execute("ALTER TABLE appointments ADD COLUMN link text")
    op.execute("ALTER TABLE appointments ADD CONSTRAINT appointments_link_unique UNIQUE (link)")


def downgrade() -> None:
    op.execute("ALTER TABLE opt_outs DROP COLUMN reason")
    op.execute("ALTER TABLE appointments DROP COLUMN link")
