"""Patients on screen: found by the end of their number or their e-mail, changed by one at a time, and which
conversations were about them.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: Whatever shows a patient hears that they, or something of theirs, changed.
ANNOUNCE = """
    CREATE FUNCTION announce_patient() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE whose uuid;
    BEGIN
        IF TG_TABLE_NAME = 'patients' THEN
            whose := NEW.id;
        ELSE
            whose := NEW.patient_id;
            IF whose IS NULL THEN RETURN NULL; END IF;
        END IF;
        PERFORM pg_notify('reception_changes', json_build_object(
            'practice', NEW.practice_id, 'kind', 'patients', 'id', whose, 'conversation', NULL
        )::text);
        RETURN NULL;
    END $$
"""

#: Until now a conversation's memory alone said whom it was about.
TOLD_BEFORE = """
    INSERT INTO conversation_patients (practice_id, conversation_id, patient_id)
    SELECT conversations.practice_id, conversations.id, patients.id
    FROM conversations, LATERAL (VALUES (state -> 'who' ->> 'patient_id'), (state ->> 'guardian')) AS who (id)
    JOIN patients ON patients.id::text = who.id
    WHERE patients.practice_id = conversations.practice_id
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute("ALTER TABLE patients ADD COLUMN version integer NOT NULL DEFAULT 1")
    op.execute('CREATE INDEX patients_phone_end ON patients (practice_id, "right"(phone, 4))')
    op.execute("CREATE INDEX patients_practice_id_email ON patients (practice_id, email)")
    op.execute("CREATE INDEX requests_patient_id ON requests (patient_id)")
    op.execute("""
        CREATE TABLE conversation_patients (
            practice_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            patient_id uuid NOT NULL,
            CONSTRAINT conversation_patients_key PRIMARY KEY (conversation_id, patient_id),
            CONSTRAINT conversation_patients_practice_id_refers
                FOREIGN KEY (practice_id) REFERENCES practices (id),
            CONSTRAINT conversation_patients_conversation_id_refers
                FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
            CONSTRAINT conversation_patients_practice_id_patient_id_refers
                FOREIGN KEY (practice_id, patient_id)
                REFERENCES patients (practice_id, id) ON DELETE CASCADE
        )
    """)
    op.execute("CREATE INDEX conversation_patients_patient_id ON conversation_patients (patient_id)")
    op.execute(TOLD_BEFORE)
    op.execute(ANNOUNCE)
    op.execute(
        "CREATE TRIGGER patients_announced AFTER UPDATE ON patients "
        "FOR EACH ROW EXECUTE FUNCTION announce_patient()"
    )
    for table in ("appointments", "requests", "conversation_patients"):
        op.execute(
            f"CREATE TRIGGER {table}_patient_announced AFTER INSERT OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION announce_patient()"
        )


def downgrade() -> None:
    for table in ("appointments", "requests"):
        op.execute(f"DROP TRIGGER {table}_patient_announced ON {table}")
    op.execute("DROP TABLE conversation_patients")
    op.execute("DROP TRIGGER patients_announced ON patients")
    op.execute("DROP FUNCTION announce_patient()")
    op.execute("DROP INDEX requests_patient_id")
    op.execute("DROP INDEX patients_practice_id_email")
    op.execute("DROP INDEX patients_phone_end")
    op.execute("ALTER TABLE patients DROP COLUMN version")
