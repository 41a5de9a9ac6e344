"""Birth dates that match nobody count as guesses about a person; request counts that all processes share.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE identification_failures
            ADD COLUMN kind text NOT NULL DEFAULT 'denied',
            ADD COLUMN person text NOT NULL DEFAULT '',
            ADD CONSTRAINT identification_failures_kind_known CHECK (kind IN ('denied', 'unmatched'))
    """)
    op.execute("""
        CREATE INDEX identification_failures_practice_id_person_at
            ON identification_failures (practice_id, person, at)
    """)
    # Counts of one minute: not worth writing twice, and a crash may forget them.
    op.execute("""
        CREATE UNLOGGED TABLE request_counts (
            key text NOT NULL,
            times timestamptz[] NOT NULL,
            CONSTRAINT request_counts_key PRIMARY KEY (key)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE request_counts")
    op.execute("DROP INDEX identification_failures_practice_id_person_at")
    op.execute("DELETE FROM identification_failures WHERE kind = 'unmatched'")
    op.execute("ALTER TABLE identification_failures DROP COLUMN kind, DROP COLUMN person")
