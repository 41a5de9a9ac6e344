"""The audit log only grows, and each practice's lines are chained by hashes: see docs/decisions on fences.

A line gets its place in the chain at the end of its transaction, so that no other lock is ever waited for
while the chain's is held. The database does it, and the service's roles may write into neither table but by
adding lines to the log.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

from alembic import op

from reception.database.roles import ROLES, fence

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE audit_chain (
        practice_id uuid NOT NULL,
        position bigint NOT NULL,
        audit_id bigint NOT NULL,
        hash text NOT NULL,
        CONSTRAINT audit_chain_key PRIMARY KEY (practice_id, position),
        CONSTRAINT audit_chain_audit_id_unique UNIQUE (audit_id),
        CONSTRAINT audit_chain_practice_id_refers FOREIGN KEY (practice_id) REFERENCES practices (id)
    )
"""
#: The same as `reception.staff.audit_chain.hashed`, which checks it.
HASH = r"""
    CREATE FUNCTION audit_hash(before text, line audit_log) RETURNS text LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT encode(sha256(convert_to(concat_ws(E'\n', before, (line).id, (line).practice_id,
            (extract(epoch FROM (line).at) * 1000000)::bigint, coalesce((line).conversation_id::text, ''),
            coalesce((line).staff_id::text, ''), (line).action, (line).entity,
            coalesce((line).entity_id::text, ''), (line).details::text), 'UTF8')), 'hex');
    END
"""
#: The lock is kept until the transaction is over, which is at once: it is taken at its very end.
CHAIN = """
    CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    DECLARE last record;
    BEGIN
        PERFORM pg_advisory_xact_lock(7230452, hashtext(NEW.practice_id::text));
        SELECT position, hash INTO last FROM audit_chain
            WHERE practice_id = NEW.practice_id ORDER BY position DESC LIMIT 1;
        INSERT INTO audit_chain (practice_id, position, audit_id, hash) VALUES (
            NEW.practice_id, coalesce(last.position, 0) + 1, NEW.id, audit_hash(coalesce(last.hash, ''), NEW)
        );
        RETURN NULL;
    END $$
"""
KEEP = """
    CREATE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
    END $$
"""
#: What was noted before the chain began.
SO_FAR = """
    DO $$
    DECLARE
        line audit_log;
        practice uuid;
        place bigint := 0;
        seal text := '';
    BEGIN
        FOR line IN SELECT * FROM audit_log ORDER BY practice_id, id LOOP
            IF practice IS DISTINCT FROM line.practice_id THEN
                practice := line.practice_id; place := 0; seal := '';
            END IF;
            place := place + 1;
            seal := audit_hash(seal, line);
            INSERT INTO audit_chain (practice_id, position, audit_id, hash)
                VALUES (practice, place, line.id, seal);
        END LOOP;
    END $$
"""


def upgrade() -> None:
    op.execute("LOCK TABLE audit_log IN SHARE ROW EXCLUSIVE MODE")
    for statement in (TABLE, *fence("audit_chain"), HASH, CHAIN, KEEP, SO_FAR):
        op.execute(statement)
    op.execute(
        "CREATE CONSTRAINT TRIGGER audit_log_chained AFTER INSERT ON audit_log"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chain_audit()"
    )
    for table in ("audit_log", "audit_chain"):
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
        )
    op.execute(f"REVOKE UPDATE, DELETE ON audit_log FROM {', '.join(ROLES)}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON audit_chain FROM {', '.join(ROLES)}")


def downgrade() -> None:
    op.execute("DROP TRIGGER audit_log_only_grows ON audit_log")
    op.execute("DROP TRIGGER audit_log_chained ON audit_log")
    op.execute("DROP TABLE audit_chain")
    op.execute("DROP FUNCTION chain_audit(), only_grows(), audit_hash(text, audit_log)")
    op.execute(f"GRANT UPDATE, DELETE ON audit_log TO {', '.join(ROLES)}")
