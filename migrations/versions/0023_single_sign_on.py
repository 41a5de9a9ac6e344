"""Staff who sign on at an OpenID provider: its name for them, and sessions that still lack a code.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE staff ADD COLUMN subject text CONSTRAINT staff_subject_unique UNIQUE")
    op.execute("""
        ALTER TABLE staff_sessions
            ADD COLUMN entered text NOT NULL DEFAULT 'password',
            ADD CONSTRAINT staff_sessions_entered_known
                CHECK (entered IN ('password', 'sign_on', 'code_needed'))
    """)


def downgrade() -> None:
    op.execute("DELETE FROM staff_sessions WHERE entered = 'code_needed'")
    op.execute("ALTER TABLE staff_sessions DROP COLUMN entered")
    op.execute("ALTER TABLE staff DROP COLUMN subject")
