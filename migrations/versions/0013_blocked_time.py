"""Time that staff keep from being booked, under the same constraint, and who has arrived.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def rules(occupying: str, known: str, without_patient: str) -> None:
    """Puts the table's rules about statuses in place of those before."""
    op.execute(f"""
        ALTER TABLE appointments
            DROP CONSTRAINT appointments_status_known,
            ADD CONSTRAINT appointments_status_known CHECK (status IN ({known})),
            DROP CONSTRAINT appointments_patient_known,
            ADD CONSTRAINT appointments_patient_known
                CHECK (status IN ({without_patient}) OR patient_id IS NOT NULL),
            DROP CONSTRAINT appointments_never_overlap,
            ADD CONSTRAINT appointments_never_overlap
                EXCLUDE USING gist (practitioner_id WITH =, during WITH &&) WHERE (status IN ({occupying}))
    """)


def upgrade() -> None:
    rules(
        "'held', 'booked', 'blocked'",
        "'held', 'booked', 'blocked', 'cancelled', 'completed', 'no_show'",
        "'held', 'blocked'",
    )
    op.execute("""
        ALTER TABLE appointments
            ADD COLUMN arrived_at timestamptz,
            ALTER COLUMN appointment_type_id DROP NOT NULL,
            ADD CONSTRAINT appointments_type_known
                CHECK (status = 'blocked' OR appointment_type_id IS NOT NULL)
    """)


def downgrade() -> None:
    op.execute("DELETE FROM appointments WHERE status = 'blocked'")
    op.execute("""
        ALTER TABLE appointments
            DROP CONSTRAINT appointments_type_known,
            ALTER COLUMN appointment_type_id SET NOT NULL,
            DROP COLUMN arrived_at
    """)
    rules("'held', 'booked'", "'held', 'booked', 'cancelled', 'completed', 'no_show'", "'held'")
