"""The first schema: practices, patients, appointments, conversations, requests and the audit log.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

from alembic import op

from reception.errors import MisconfiguredError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE practices (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    time_zone text NOT NULL,
    settings jsonb NOT NULL,
    loaded jsonb NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT practices_key PRIMARY KEY (id),
    CONSTRAINT practices_slug_unique UNIQUE (slug)
);

CREATE TABLE practitioners (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    name text NOT NULL,
    CONSTRAINT practitioners_key PRIMARY KEY (id),
    CONSTRAINT practitioners_practice_id_id_unique UNIQUE (practice_id, id),
    CONSTRAINT practitioners_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id)
);

CREATE TABLE appointment_types (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    name text NOT NULL,
    CONSTRAINT appointment_types_key PRIMARY KEY (id),
    CONSTRAINT appointment_types_practice_id_id_unique UNIQUE (practice_id, id),
    CONSTRAINT appointment_types_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id)
);

CREATE TABLE patients (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    name text NOT NULL,
    date_of_birth date,
    phone text NOT NULL,
    email text NOT NULL,
    insurance text NOT NULL,
    possible_duplicate boolean DEFAULT false NOT NULL,
    source_key uuid,
    loaded jsonb,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT patients_key PRIMARY KEY (id),
    CONSTRAINT patients_practice_id_id_unique UNIQUE (practice_id, id),
    CONSTRAINT patients_practice_id_source_key_unique UNIQUE (practice_id, source_key),
    CONSTRAINT patients_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id)
);

CREATE INDEX patients_practice_id_date_of_birth ON patients (practice_id, date_of_birth);

CREATE INDEX patients_practice_id_lower_name ON patients (practice_id, lower(name));

CREATE INDEX patients_practice_id_phone ON patients (practice_id, phone);

CREATE TABLE conversations (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    status text NOT NULL,
    outcome text,
    caller text NOT NULL,
    state jsonb NOT NULL,
    version integer NOT NULL,
    message_count integer DEFAULT 0 NOT NULL,
    call_sid text,
    token_hash text NOT NULL,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    updated_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT conversations_key PRIMARY KEY (id),
    CONSTRAINT conversations_call_sid_unique UNIQUE (call_sid),
    CONSTRAINT conversations_channel_known CHECK (channel IN ('chat', 'phone', 'sms')),
    CONSTRAINT conversations_status_known CHECK (status IN ('open', 'handed_over', 'closed')),
    CONSTRAINT conversations_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id)
);

CREATE INDEX conversations_practice_id_updated_at ON conversations (practice_id, updated_at);

CREATE TABLE messages (
    id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    sequence integer NOT NULL,
    role text NOT NULL,
    text text NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    expects text,
    about text,
    options jsonb NOT NULL,
    client_id text,
    reply_to uuid,
    frame jsonb,
    CONSTRAINT messages_key PRIMARY KEY (id),
    CONSTRAINT messages_conversation_id_sequence_unique UNIQUE (conversation_id, sequence),
    CONSTRAINT messages_conversation_id_client_id_unique UNIQUE (conversation_id, client_id),
    CONSTRAINT messages_role_known CHECK (role IN ('desk', 'patient', 'staff')),
    CONSTRAINT messages_conversation_id_refers
        FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    CONSTRAINT messages_reply_to_refers FOREIGN KEY(reply_to) REFERENCES messages (id) ON DELETE CASCADE
);

CREATE INDEX messages_reply_to ON messages (reply_to);

CREATE TABLE appointments (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    practitioner_id uuid NOT NULL,
    appointment_type_id uuid NOT NULL,
    patient_id uuid,
    during tstzrange NOT NULL,
    status text NOT NULL,
    reason text NOT NULL,
    booked_by text,
    conversation_id uuid,
    hold_expires_at timestamptz,
    source_key uuid,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT appointments_key PRIMARY KEY (id),
    CONSTRAINT appointments_practice_id_practitioner_id_refers
        FOREIGN KEY(practice_id, practitioner_id) REFERENCES practitioners (practice_id, id),
    CONSTRAINT appointments_practice_id_appointment_type_id_refers
        FOREIGN KEY(practice_id, appointment_type_id) REFERENCES appointment_types (practice_id, id),
    CONSTRAINT appointments_practice_id_patient_id_refers
        FOREIGN KEY(practice_id, patient_id) REFERENCES patients (practice_id, id),
    CONSTRAINT appointments_practice_id_source_key_unique UNIQUE (practice_id, source_key),
    CONSTRAINT appointments_status_known
        CHECK (status IN ('held', 'booked', 'cancelled', 'completed', 'no_show')),
    CONSTRAINT appointments_only_holds_expire CHECK ((status = 'held') = (hold_expires_at IS NOT NULL)),
    CONSTRAINT appointments_patient_known CHECK (status = 'held' OR patient_id IS NOT NULL),
    CONSTRAINT appointments_during_half_open
        CHECK (NOT isempty(during) AND lower_inc(during)
        AND NOT upper_inc(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
    CONSTRAINT appointments_never_overlap
        EXCLUDE USING gist (practitioner_id WITH =, during WITH &&) WHERE (status IN ('held', 'booked')),
    CONSTRAINT appointments_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id),
    CONSTRAINT appointments_conversation_id_refers
        FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE SET NULL
);

CREATE INDEX appointments_conversation_id ON appointments (conversation_id);

CREATE INDEX appointments_expiring_holds ON appointments (hold_expires_at) WHERE status = 'held';

CREATE INDEX appointments_patient_id ON appointments (patient_id);

CREATE TABLE requests (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    kind text NOT NULL,
    patient_id uuid,
    details jsonb NOT NULL,
    priority text NOT NULL,
    status text DEFAULT 'open' NOT NULL,
    conversation_id uuid,
    created_at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT requests_key PRIMARY KEY (id),
    CONSTRAINT requests_practice_id_patient_id_refers
        FOREIGN KEY(practice_id, patient_id) REFERENCES patients (practice_id, id),
    CONSTRAINT requests_priority_known CHECK (priority IN ('routine', 'urgent', 'emergency')),
    CONSTRAINT requests_status_known CHECK (status IN ('open', 'done')),
    CONSTRAINT requests_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id),
    CONSTRAINT requests_conversation_id_refers
        FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE SET NULL
);

CREATE INDEX requests_conversation_id ON requests (conversation_id);

CREATE INDEX requests_practice_id_status_created_at ON requests (practice_id, status, created_at);

CREATE TABLE identification_failures (
    id uuid NOT NULL,
    practice_id uuid NOT NULL,
    caller text NOT NULL,
    conversation_id uuid NOT NULL,
    fingerprint text NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT identification_failures_key PRIMARY KEY (id),
    CONSTRAINT identification_failures_practice_id_refers
        FOREIGN KEY(practice_id) REFERENCES practices (id),
    CONSTRAINT identification_failures_conversation_id_refers
        FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

CREATE INDEX identification_failures_conversation_id ON identification_failures (conversation_id);

CREATE INDEX identification_failures_practice_id_caller_at
    ON identification_failures (practice_id, caller, at);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY,
    practice_id uuid NOT NULL,
    at timestamptz DEFAULT clock_timestamp() NOT NULL,
    conversation_id uuid,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id uuid,
    details jsonb NOT NULL,
    CONSTRAINT audit_log_key PRIMARY KEY (id),
    CONSTRAINT audit_log_practice_id_refers FOREIGN KEY(practice_id) REFERENCES practices (id)
);

CREATE INDEX audit_log_entity_id ON audit_log (entity_id);

CREATE INDEX audit_log_practice_id_at ON audit_log (practice_id, at);
"""

TABLES = """
    audit_log identification_failures requests appointments messages conversations
    patients appointment_types practitioners practices
"""

NO_EXTENSION = (
    "The database lacks the extension btree_gist, which keeps appointments from overlapping."
    " Have an administrator run CREATE EXTENSION btree_gist in it, then migrate again."
)


def upgrade() -> None:
    connection = op.get_bind()
    created = connection.exec_driver_sql(
        "SELECT (SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'),"
        " (SELECT count(*) FROM pg_available_extensions WHERE name = 'btree_gist')"
    ).one()
    if created[0] == 0:
        if created[1] == 0 or not _may_create():
            raise MisconfiguredError(NO_EXTENSION)
        op.execute("CREATE EXTENSION btree_gist")
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _may_create() -> bool:
    """Whether this role may: btree_gist is trusted, so the right to create in the database is enough."""
    return bool(
        op.get_bind()
        .exec_driver_sql("SELECT has_database_privilege(current_database(), 'CREATE')")
        .scalar_one()
    )


def downgrade() -> None:
    for table in TABLES.split():
        op.execute(f"DROP TABLE {table}")
