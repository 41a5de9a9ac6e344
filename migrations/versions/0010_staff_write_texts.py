"""What staff write wakes the worker that sends texts.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION wake_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NOTIFY reception_outbox;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER messages_wake_outbox AFTER INSERT ON messages
            FOR EACH ROW WHEN (NEW.role = 'staff') EXECUTE FUNCTION wake_outbox()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER messages_wake_outbox ON messages")
    op.execute("DROP FUNCTION wake_outbox()")
