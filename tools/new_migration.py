"""Write a migration from what the models have that the migrations have not.

python tools/new_migration.py "what changes"
"""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from webapp import create_app
from webapp.core.config import Mode, Settings, shipped


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__)
        return 2
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    config.cmd_opts = Namespace(autogenerate=True)
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(mode=Mode.TEST, data_dir=Path(folder), secret_key="m" * 40))
        with app.app_context():
            command.upgrade(config, "head")
            command.revision(config, arguments[0], autogenerate=True, rev_id=f"{number:04d}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
