"""Who works on a request, who did it, and what staff note beside it.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE requests
            ADD COLUMN assigned_to uuid,
            ADD COLUMN done_by uuid,
            ADD COLUMN done_at timestamptz,
            ADD COLUMN version integer DEFAULT 1 NOT NULL,
            ADD CONSTRAINT requests_practice_id_id_unique UNIQUE (practice_id, id),
            ADD CONSTRAINT requests_practice_id_assigned_to_refers
                FOREIGN KEY (practice_id, assigned_to) REFERENCES staff (practice_id, id),
            ADD CONSTRAINT requests_practice_id_done_by_refers
                FOREIGN KEY (practice_id, done_by) REFERENCES staff (practice_id, id)
    """)
    op.execute("UPDATE requests SET done_at = created_at WHERE status = 'done'")
    op.execute("CREATE INDEX requests_done ON requests (practice_id, done_at DESC) WHERE status = 'done'")
    op.execute("""
        CREATE TABLE request_notes (
            id uuid NOT NULL,
            practice_id uuid NOT NULL,
            request_id uuid NOT NULL,
            staff_id uuid NOT NULL,
            text text NOT NULL,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT request_notes_key PRIMARY KEY (id),
            CONSTRAINT request_notes_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT request_notes_practice_id_request_id_refers FOREIGN KEY (practice_id, request_id)
                REFERENCES requests (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT request_notes_practice_id_staff_id_refers FOREIGN KEY (practice_id, staff_id)
                REFERENCES staff (practice_id, id)
        )
    """)
    op.execute("CREATE INDEX request_notes_request_id_at ON request_notes (request_id, at)")


def downgrade() -> None:
    op.execute("DROP TABLE request_notes")
    op.execute("DROP INDEX requests_done")
    op.execute("""
        ALTER TABLE requests DROP COLUMN assigned_to, DROP COLUMN done_by, DROP COLUMN done_at,
            DROP COLUMN version, DROP CONSTRAINT requests_practice_id_id_unique
    """)
