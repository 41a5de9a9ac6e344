"""Practitioners who are away, whose patients are found another time; blocked time by index.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

from alembic import op

from reception.database.roles import fence

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ABSENCES = """
    CREATE TABLE absences (
        id uuid NOT NULL,
        practice_id uuid NOT NULL,
        practitioner_id uuid NOT NULL,
        first timestamptz NOT NULL,
        last timestamptz NOT NULL,
        with_others boolean NOT NULL,
        begun_by uuid NOT NULL,
        ended_at timestamptz,
        created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT absences_key PRIMARY KEY (id),
        CONSTRAINT absences_practice_id_id_unique UNIQUE (practice_id, id),
        CONSTRAINT absences_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
        CONSTRAINT absences_practice_id_practitioner_id_refers
            FOREIGN KEY (practice_id, practitioner_id) REFERENCES practitioners (practice_id, id),
        CONSTRAINT absences_practice_id_begun_by_refers
            FOREIGN KEY (practice_id, begun_by) REFERENCES staff (practice_id, id)
    )
"""

CASES = """
    CREATE TABLE absence_cases (
        id uuid NOT NULL,
        practice_id uuid NOT NULL,
        absence_id uuid NOT NULL,
        appointment_id uuid NOT NULL,
        was timestamptz NOT NULL,
        status text NOT NULL,
        held uuid,
        offered timestamptz,
        updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
        CONSTRAINT absence_cases_key PRIMARY KEY (id),
        CONSTRAINT absence_cases_absence_id_appointment_id_unique UNIQUE (absence_id, appointment_id),
        CONSTRAINT absence_cases_status_known CHECK (
            status IN ('waiting', 'asked', 'accepted', 'declined', 'silent', 'call', 'settled', 'restored')
        ),
        CONSTRAINT absence_cases_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id),
        CONSTRAINT absence_cases_practice_id_absence_id_refers
            FOREIGN KEY (practice_id, absence_id) REFERENCES absences (practice_id, id) ON DELETE CASCADE,
        CONSTRAINT absence_cases_appointment_id_refers
            FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE
    )
"""

#: Whatever shows an absence hears of each step of its patients.
ANNOUNCE = """
    CREATE FUNCTION announce_absence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('reception_changes', json_build_object(
            'practice', NEW.practice_id, 'kind', 'absences',
            'id', coalesce((to_jsonb(NEW) ->> 'absence_id')::uuid, NEW.id),
            'conversation', NULL
        )::text);
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.execute(ABSENCES)
    op.execute(CASES)
    for table in ("absences", "absence_cases"):
        for statement in fence(table):
            op.execute(statement)
    op.execute("CREATE INDEX absence_cases_appointment_id ON absence_cases (appointment_id)")
    op.execute(
        "CREATE INDEX absence_cases_going_on ON absence_cases (was) WHERE status IN ('waiting', 'asked')"
    )
    op.execute("ALTER TABLE appointments ADD COLUMN absence_id uuid")
    op.execute("""
        ALTER TABLE appointments ADD CONSTRAINT appointments_practice_id_absence_id_refers
            FOREIGN KEY (practice_id, absence_id) REFERENCES absences (practice_id, id)
    """)
    op.execute(
        "CREATE INDEX appointments_absence_id ON appointments (absence_id) WHERE absence_id IS NOT NULL"
    )
    op.execute("CREATE INDEX appointments_blocked ON appointments (practice_id) WHERE status = 'blocked'")
    op.execute(ANNOUNCE)
    for table in ("absences", "absence_cases"):
        op.execute(
            f"CREATE TRIGGER {table}_announced AFTER INSERT OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION announce_absence()"
        )


def downgrade() -> None:
    op.execute("DROP INDEX appointments_blocked")
    op.execute("ALTER TABLE appointments DROP COLUMN absence_id")
    op.execute("DROP TABLE absence_cases")
    op.execute("DROP TABLE absences")
    op.execute("DROP FUNCTION announce_absence()")
