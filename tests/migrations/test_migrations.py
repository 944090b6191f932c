"""The shipped migrations against the models, on both databases; and that a generated one is fit to ship."""

import ast
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.conftest import BACKENDS, fresh_postgres, settings_for_tests
from webapp import create_app
from webapp.core.config import shipped
from webapp.core.database import UtcDateTime, db

# An index on an expression cannot be read back from SQLite; PostgreSQL's is compared.
pytestmark = pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index:UserWarning")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def config_for(folder):
    config = Config()
    config.set_main_option("script_location", str(folder))
    return config


SHIPPED = config_for(shipped("migrations"))
SCRIPTS = ScriptDirectory.from_config(SHIPPED)
# From the first to the newest.
VERSIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]


@contextmanager
def empty_database(backend, folder, name):
    """An application on a database without a table."""
    if backend == "sqlite":
        yield create_app(settings_for_tests(folder))
        return
    with fresh_postgres(name) as address:
        app = create_app(settings_for_tests(folder, address))
        yield app
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(params=BACKENDS)
def nothing(request, tmp_path):
    with empty_database(request.param, tmp_path, f"migrations_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as app, app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def same_type(_context, _inspected, _column, _inspected_type, model_type):
    return False if isinstance(model_type, UtcDateTime) else None


def differences():
    """What Alembic would change to make the database equal to the models."""
    with db.engine.connect() as connection:
        options = {"compare_type": same_type, "include_object": of_this_database}
        return compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)


def of_this_database(item, _name, kind, reflected, _compared):
    """Indexes that the models ask for on another database only are not missing here."""
    only = getattr(item, "_ddl_if", None) if kind == "index" and not reflected else None
    return only is None or only.dialect == db.engine.dialect.name


def checks():
    """Names of the check constraints, which Alembic does not compare: table to names."""
    inspector = sa.inspect(db.engine)
    return {name: {check["name"] for check in inspector.get_check_constraints(name)} for name in inspector.get_table_names()}


def tables():
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def modelled_checks():
    """The same as the models have them."""
    found = {name: set() for name in db.metadata.tables}
    convention = db.metadata.naming_convention["ck"]
    for name, table in db.metadata.tables.items():
        for check in table.constraints:
            if isinstance(check, sa.CheckConstraint):
                plain = str(check.name)
                full = plain if plain.startswith("ck_") else convention % {"table_name": name, "constraint_name": plain}
                found[name].add(full)
    return found


def plain_value(column):
    """A value that fits a column's type."""
    kind = column.type
    if isinstance(kind, sa.Enum):
        return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
    if isinstance(kind, UtcDateTime):
        return NOON
    if isinstance(kind, sa.JSON):
        return {"en": "text"}
    by_python_type = {
        UUID: UUID(int=1), str: "a" * min(getattr(kind, "length", None) or 5, 5), int: 1, bool: False, float: 1.0, bytes: b"a",
        date: NOON.date(), datetime: NOON,
    }
    return by_python_type.get(kind.python_type, 1)


# What a check across columns asks for.
FITTING = {
    "sheet_changes": {"version": 1}, "sheet_conflicts": {"settled_at": NOON}, "survey_people": {"answered": True},
    "certificates": {"course_id": "a", "course_revision": "a", "training_id": None}, "participants": {"form_before": "a"},
    "sittings": {"form": "a"}, "training_sessions": {"starts": time(9), "ends": time(12)},
}


def one_row_of_each():
    """A row in every table; keys that refer to a table made later, or to the row itself, stay empty where they may."""
    rows = {}
    for table in db.metadata.sorted_tables:
        row = {}
        for column in table.columns:
            referred = next(iter(column.foreign_keys), None)
            if referred is not None and referred.column.table.name in rows:
                row[column.name] = rows[referred.column.table.name][referred.column.name]
            elif column.nullable:
                row[column.name] = None
            else:
                row[column.name] = plain_value(column)
        rows[table.name] = row | FITTING.get(table.name, {})
    with db.engine.begin() as connection:
        for table in db.metadata.sorted_tables:
            connection.execute(table.insert().values(rows[table.name]))


def counts():
    with db.engine.connect() as connection:
        return {table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in db.metadata.sorted_tables}


def test_there_is_one_line_of_versions_from_nothing_to_the_newest():
    assert VERSIONS
    assert len(SCRIPTS.get_heads()) == 1
    assert [SCRIPTS.get_revision(version).down_revision for version in VERSIONS] == [None, *VERSIONS[:-1]]


def test_up_from_nothing_is_equal_to_the_models(nothing):
    command.upgrade(SHIPPED, "head")
    assert differences() == []
    assert checks() == modelled_checks() | {"alembic_version": set()}


def test_down_to_nothing_and_up_again(nothing):
    command.upgrade(SHIPPED, "head")
    command.downgrade(SHIPPED, "base")
    assert tables() == set()
    command.upgrade(SHIPPED, "head")
    assert differences() == []


def test_each_step_can_be_undone_and_done_again(nothing):
    for version in VERSIONS:
        command.upgrade(SHIPPED, version)
        before = tables()
        command.downgrade(SHIPPED, "-1")
        command.upgrade(SHIPPED, version)
        assert tables() == before
    assert differences() == []


def test_rows_survive_the_newest_step_down_and_up(nothing):
    command.upgrade(SHIPPED, "head")
    one_row_of_each()
    before = counts()
    assert set(before.values()) == {1}
    if len(VERSIONS) > 1:
        older = VERSIONS[-2]
        command.downgrade(SHIPPED, older)
        kept = tables()
        command.upgrade(SHIPPED, "head")
        assert {name: count for name, count in counts().items() if name in kept} == {name: 1 for name in before if name in kept}
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == (VERSIONS[-1],)


def test_an_upgrade_that_is_up_to_date_changes_nothing(nothing):
    command.upgrade(SHIPPED, "head")
    one_row_of_each()
    command.upgrade(SHIPPED, "head")
    assert set(counts().values()) == {1}


def test_two_upgrades_at_once_wait_for_each_other_and_load_what_ships(nothing):
    here = nothing.extensions["settings"]
    variables = {"MODE": "test", "DATA_DIR": str(here.data_dir), "DATABASE_URL": here.database_url, "SECRET_KEY": here.secret_key}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCALGOALS_")}
    command_line = [sys.executable, "-c", "from webapp.cli import main; main()", "upgrade"]
    environment = kept | {f"LOCALGOALS_{name}": value for name, value in variables.items()}
    both = [subprocess.Popen(command_line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert {output for output, _errors in said} == {"The database is up to date.\n"}
    assert differences() == []
    assert counts()["places"] > 3000
    assert counts()["content_revisions"] > 0
    assert nothing.test_client().get("/readyz").status_code == 200


@pytest.fixture
def drafts(tmp_path):
    """A folder of migrations without versions."""
    folder = tmp_path / "migrations"
    shutil.copytree(shipped("migrations"), folder, ignore=shutil.ignore_patterns("versions", "__pycache__"))
    (folder / "versions").mkdir()
    return folder


def only_version(folder):
    return next((folder / "versions").glob("*.py"))


def test_a_version_generated_from_the_models_makes_them_and_names_no_part_of_the_application(nothing, drafts):
    config = config_for(drafts)
    command.revision(config, "All", autogenerate=True)
    source = only_version(drafts).read_text()
    imported = {
        name.split(".")[0] for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported == {"sqlalchemy", "alembic"}
    assert "webapp" not in source
    command.upgrade(config, "head")
    assert differences() == []
    assert checks() == modelled_checks() | {"alembic_version": set()}
    one_row_of_each()
    assert set(counts().values()) == {1}
    command.check(config)
    command.downgrade(config, "base")
    assert tables() == set()


FAILING = """
revision = "1"
down_revision = None
import sqlalchemy as sa
from alembic import op

def upgrade():
    op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))
    raise ArithmeticError
"""


def test_a_failing_upgrade_leaves_the_database_as_it_was(nothing, drafts):
    (drafts / "versions" / "1.py").write_text(FAILING)
    with pytest.raises(ArithmeticError):
        command.upgrade(config_for(drafts), "head")
    assert tables() == set()
    with db.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == ()


CHANGING = """
revision = "1"
down_revision = None
import sqlalchemy as sa
from alembic import op

def upgrade():
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(10)))
    op.create_table("children", sa.Column("id", sa.Integer, primary_key=True),
                    sa.Column("parent_id", sa.Integer, sa.ForeignKey("parents.id", ondelete="CASCADE")))
    op.execute("INSERT INTO parents VALUES (1, 'a')")
    op.execute("INSERT INTO children VALUES (1, 1)")
    with op.batch_alter_table("parents") as batch:
        batch.alter_column("name", type_=sa.String(20), existing_type=sa.String(10), nullable=False)
"""


def test_changing_a_table_keeps_the_rows_that_refer_to_it_and_foreign_keys_stay_on(nothing, drafts):
    (drafts / "versions" / "1.py").write_text(CHANGING)
    command.upgrade(config_for(drafts), "head")
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM children")) == 1
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("INSERT INTO children VALUES (2, 99)"))
