"""Groups of commands that end with a sentence, and not with a traceback, where the database is not ready."""

from typing import Any

import click
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.errors import DomainError
from app.keys import proofs as key_proofs
from app.settings import SettingsError
from app.wording import sentence

NOT_READY = (
    "The database does not answer as it should: {reason}\n"
    "If the first start is still going on, wait until it is done. If not, run `flask --app wsgi db upgrade`."
    " Then start this command again."
)


class Commands(AppGroup):
    """A group of commands in the app's context."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with ctx.ensure_object(ScriptInfo).load_app().app_context():
                key_proofs.prove()
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as failure:
            reason = str(failure.orig).strip().partition("\n")[0]
            raise click.ClickException(NOT_READY.format(reason=reason)) from failure
        except SettingsError as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal
