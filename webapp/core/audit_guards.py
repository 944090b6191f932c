"""The database's own refusal to change the trail: triggers, the same statements for `create_all` and for migrations.

A migration copies the statements of its dialect, since it must not import the application.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, event

# Statement by statement: neither driver runs several at once.
CREATE = {
    "sqlite": (
        "CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        ("CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head WHEN NEW.number < OLD.number "
         "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"),
    ),
    "postgresql": (
        ("CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
         "$$ BEGIN RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"),
        ("CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries "
         "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()"),
        ("CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries "
         "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"),
        "CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
        ("CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head "
         "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"),
        ("CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.number < OLD.number) "
         "EXECUTE FUNCTION audit_is_append_only()"),
    ),
}
DROP = {
    "sqlite": (
        "DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete", "DROP TRIGGER audit_head_no_delete",
        "DROP TRIGGER audit_head_forward",
    ),
    "postgresql": (
        "DROP TRIGGER audit_entries_no_change ON audit_entries", "DROP TRIGGER audit_entries_no_truncate ON audit_entries",
        "DROP TRIGGER audit_head_no_delete ON audit_head", "DROP TRIGGER audit_head_no_truncate ON audit_head",
        "DROP TRIGGER audit_head_forward ON audit_head", "DROP FUNCTION audit_is_append_only()",
    ),
}


def create_guards(connection: Connection) -> None:
    """Make the triggers; both tables must be there."""
    for statement in CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_guards(connection: Connection) -> None:
    """Take the triggers away: to empty the database of a test, or to undo a migration."""
    for statement in DROP[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def guard(entries: Table, head: Table) -> None:
    """Let `create_all` make the triggers with the tables, whichever of the two it makes last."""
    made: set[str] = set()

    def after(table: Table, connection: Connection, **_options: Any) -> None:
        made.add(table.name)
        if made >= {entries.name, head.name}:
            made.clear()
            create_guards(connection)

    for table in (entries, head):
        event.listen(table, "after_create", after)
