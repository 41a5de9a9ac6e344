"""Who may speak for whom: a relation between patients that the practice sets.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE guardians (
            practice_id uuid NOT NULL,
            patient_id uuid NOT NULL,
            guardian_id uuid NOT NULL,
            CONSTRAINT guardians_key PRIMARY KEY (patient_id, guardian_id),
            CONSTRAINT guardians_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT guardians_practice_id_patient_id_refers FOREIGN KEY (practice_id, patient_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT guardians_practice_id_guardian_id_refers FOREIGN KEY (practice_id, guardian_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT guardians_somebody_else CHECK (patient_id <> guardian_id)
        )
    """)
    op.execute("CREATE INDEX guardians_practice_id_guardian_id ON guardians (practice_id, guardian_id)")


def downgrade() -> None:
    op.execute("DROP TABLE guardians")
