"""A practice's settings are announced when they change: the switch shows the same on every screen.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ANNOUNCE = """
    CREATE FUNCTION announce_practice() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('reception_changes', json_build_object(
            'practice', NEW.id, 'kind', 'practices', 'id', NEW.id, 'conversation', NULL
        )::text);
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.execute(ANNOUNCE)
    op.execute(
        "CREATE TRIGGER practices_announced AFTER UPDATE OF settings ON practices "
        "FOR EACH ROW EXECUTE FUNCTION announce_practice()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER practices_announced ON practices")
    op.execute("DROP FUNCTION announce_practice()")
