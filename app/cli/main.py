"""`piaoda`: the commands, one file a group. One rule: a command is thin; what it does lives where the service has it.

Exit codes: 0 done · 1 the thing asked about is not well · 2 wrong use of the command · 3 a setting is wrong · 4 no
database.
"""

import sys

import typer

from app.cli import alerts, database, doctor, drilling, importing, incidents, keys, questions, running, webhooks
from app.domain.errors import ConfigurationError, DatabaseUnavailable

app = typer.Typer(
    name="piaoda",
    help="Piaoda 票达: watches each invoice until the tax administration's system has it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(running.serve)
app.command("demo")(running.demo)
app.command("simulator")(running.simulator)
app.command("migrate")(database.migrate)
app.command("doctor")(doctor.doctor)
app.command("check")(questions.check)
app.command("import")(importing.import_)
app.command("drill")(drilling.drill)
app.add_typer(keys.app, name="keys")
app.add_typer(incidents.app, name="incidents")
app.add_typer(incidents.silences, name="silence")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(alerts.app, name="alerts")


def main() -> None:
    """The entry point; the errors people can act on become a sentence and an exit code."""
    try:
        app()
    except ConfigurationError as error:
        _fail(str(error), 3)
    except DatabaseUnavailable as error:
        _fail(f"The database does not answer: {error}", 4)


def _fail(sentence: str, code: int) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(code)
