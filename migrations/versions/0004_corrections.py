"""What staff say that patients meant, where the desk misunderstood them.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE corrections (
            message_id uuid NOT NULL,
            practice_id uuid NOT NULL,
            intent text NOT NULL,
            slots jsonb NOT NULL,
            staff_id uuid,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT corrections_key PRIMARY KEY (message_id),
            CONSTRAINT corrections_message_id_refers FOREIGN KEY (message_id)
                REFERENCES messages (id) ON DELETE CASCADE,
            CONSTRAINT corrections_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
        )
    """)
    op.execute("CREATE INDEX corrections_practice_id_at ON corrections (practice_id, at)")


def downgrade() -> None:
    op.execute("DROP TABLE corrections")
