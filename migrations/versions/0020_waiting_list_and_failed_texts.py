"""The waiting list and failed texts on screen: texts are announced, and know the request that tells of them.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE outbox
            ADD COLUMN request_id uuid,
            ADD CONSTRAINT outbox_request_id_refers FOREIGN KEY (request_id) REFERENCES requests (id)
                ON DELETE SET NULL
    """)
    op.execute("CREATE INDEX outbox_request_id ON outbox (request_id)")
    op.execute(
        "CREATE INDEX outbox_offers ON outbox (practice_id, split_part(key, ':', 2)) WHERE kind = 'waitlist'"
    )
    op.execute(
        "CREATE TRIGGER outbox_announced AFTER INSERT OR UPDATE OR DELETE ON outbox "
        "FOR EACH ROW EXECUTE FUNCTION announce_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER outbox_announced ON outbox")
    op.execute("DROP INDEX outbox_offers")
    op.execute("ALTER TABLE outbox DROP COLUMN request_id")
