"""Settings of a practice over time, drafts of the next, and copies to try them on.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE practices
            ADD COLUMN trial_of uuid,
            ADD CONSTRAINT practices_trial_of_unique UNIQUE (trial_of),
            ADD CONSTRAINT practices_trial_of_refers FOREIGN KEY (trial_of) REFERENCES practices (id)
    """)
    op.execute("""
        CREATE TABLE settings_versions (
            practice_id uuid NOT NULL,
            number integer NOT NULL,
            settings jsonb NOT NULL,
            staff_id uuid,
            note text NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT settings_versions_key PRIMARY KEY (practice_id, number),
            CONSTRAINT settings_versions_practice_id_refers FOREIGN KEY (practice_id)
                REFERENCES practices (id)
        )
    """)
    op.execute("""
        INSERT INTO settings_versions (practice_id, number, settings, note)
        SELECT id, 1, settings, 'practice file' FROM practices
    """)
    op.execute("""
        CREATE TABLE settings_drafts (
            practice_id uuid NOT NULL,
            settings jsonb NOT NULL,
            based_on integer NOT NULL,
            staff_id uuid,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT settings_drafts_key PRIMARY KEY (practice_id),
            CONSTRAINT settings_drafts_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE settings_drafts")
    op.execute("DROP TABLE settings_versions")
    op.execute("ALTER TABLE practices DROP COLUMN trial_of")
