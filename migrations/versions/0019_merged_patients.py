"""Two records of one person become one, and can become two again; who is not the same person is remembered.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: Whoever still has the old identifier (a conversation going on, a file that is read again) reaches the
#: record that was kept. The lock makes a merge wait for what is being filed, and the other way round.
FOLLOW = """
    CREATE FUNCTION follow_merge() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE kept uuid;
    BEGIN
        SELECT coalesce(merged_into, id) INTO kept FROM patients WHERE id = NEW.patient_id FOR SHARE;
        IF kept IS NOT NULL THEN NEW.patient_id := kept; END IF;
        RETURN NEW;
    END $$
"""


def upgrade() -> None:
    op.execute("""
        ALTER TABLE patients
            ADD COLUMN merged_into uuid,
            ADD CONSTRAINT patients_practice_id_merged_into_refers FOREIGN KEY (practice_id, merged_into)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            ADD CONSTRAINT patients_into_another CHECK (merged_into <> id)
    """)
    op.execute("CREATE INDEX patients_merged_into ON patients (merged_into) WHERE merged_into IS NOT NULL")
    op.execute("""
        CREATE TABLE merges (
            id uuid NOT NULL,
            practice_id uuid NOT NULL,
            kept_id uuid NOT NULL,
            merged_id uuid NOT NULL,
            before jsonb NOT NULL,
            moved jsonb NOT NULL,
            staff_id uuid,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            undone_at timestamptz,
            CONSTRAINT merges_key PRIMARY KEY (id),
            CONSTRAINT merges_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT merges_practice_id_kept_id_refers FOREIGN KEY (practice_id, kept_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT merges_practice_id_merged_id_refers FOREIGN KEY (practice_id, merged_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX merges_kept_id ON merges (kept_id)")
    op.execute("CREATE INDEX merges_merged_id ON merges (merged_id)")
    op.execute("""
        CREATE TABLE different_patients (
            practice_id uuid NOT NULL,
            patient_id uuid NOT NULL,
            other_id uuid NOT NULL,
            staff_id uuid,
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT different_patients_key PRIMARY KEY (patient_id, other_id),
            CONSTRAINT different_patients_practice_id_refers
                FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT different_patients_practice_id_patient_id_refers FOREIGN KEY (practice_id, patient_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT different_patients_practice_id_other_id_refers FOREIGN KEY (practice_id, other_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE,
            CONSTRAINT different_patients_once CHECK (patient_id < other_id)
        )
    """)
    op.execute("CREATE INDEX different_patients_other_id ON different_patients (other_id)")
    op.execute(FOLLOW)
    for table in ("appointments", "requests"):
        op.execute(
            f"CREATE TRIGGER {table}_follow_merge BEFORE INSERT OR UPDATE OF patient_id ON {table} "
            "FOR EACH ROW WHEN (NEW.patient_id IS NOT NULL) EXECUTE FUNCTION follow_merge()"
        )


def downgrade() -> None:
    for table in ("appointments", "requests"):
        op.execute(f"DROP TRIGGER {table}_follow_merge ON {table}")
    op.execute("DROP FUNCTION follow_merge()")
    op.execute("DROP TABLE different_patients")
    op.execute("DROP TABLE merges")
    op.execute("ALTER TABLE patients DROP COLUMN merged_into")
