"""`python -m clearaccounts`: import, build, query, verify and the rest; `--help` lists them."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

if __name__ == "__main__":
    def _stop_at_once(*_: object) -> NoReturn:
        os.write(2, b"Interrupted; nothing had begun.\n")
        os._exit(130)

    # Reading the modules takes a moment, and Ctrl-C in it is no reason to show where we are.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop_at_once)

import duckdb

from clearaccounts import log_lines
from clearaccounts import settings as configuration
from clearaccounts.commands import asking, backing_up, deciding, importing, inviting, profiles, results, serving, statement, undoing
from clearaccounts.commands.context import Context, warn
from clearaccounts.errors import BadParameter, Cancelled, ClearAccountsError
from clearaccounts.importing.validation.day_orders import ORDERS
from clearaccounts.sample import DEFAULT_CUSTOMERS, DEFAULT_MONTHS, DEFAULT_SEED
from clearaccounts.settings import DataFolder
from clearaccounts.text import LANGUAGES

FAILED, BAD_PARAMETER, INTERRUPTED = 1, 2, 130
STOPPED = "Interrupted; nothing unfinished was kept."
DEFAULT_DATA = "data"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise BadParameter("{problem}; `{program} --help` shows what there is.", problem=message, program=self.prog)


def _parser() -> argparse.ArgumentParser:
    everywhere = _Parser(add_help=False)
    folder_help = "the data folder (default ./data or CLEARACCOUNTS_DATA)"
    config_help = "the settings (default clearaccounts.toml or CLEARACCOUNTS_CONFIG)"
    everywhere.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help=folder_help)
    everywhere.add_argument("--config", metavar="FILE", default=argparse.SUPPRESS, help=config_help)
    parser = _Parser(prog="python -m clearaccounts", parents=[everywhere], allow_abbrev=False, description="Clear Accounts.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[everywhere], allow_abbrev=False)

    one = command("import", "land files, validate them, rebuild the warehouse and swap it in")
    one.add_argument("paths", nargs="+", metavar="PATH", help="a file, or a folder of files")
    one.add_argument("--profile", metavar="NAME", help="the format, if the header does not tell")
    _add_date_order(one)
    one.add_argument("--snapshot", action="store_true", help="withdraw rows of these kinds that the files no longer hold")
    one.add_argument("--yes", action="store_true", help="say yes to whatever the import asks")
    one.add_argument("--format", choices=["text", "json"], default="text")
    one.set_defaults(run=importing.run_import)

    one = command("undo", "take the last import back: the numbers from before; the files stay where they are")
    one.add_argument("--yes", action="store_true", help="do not ask")
    one.set_defaults(run=undoing.run_undo)

    one = command("rejects", "list every rejected row: file, line, column, reason, raw text")
    one.add_argument("--file", metavar="NAME", help="only of files of this name")
    one.add_argument("--mend", metavar="OUT", help="write the rejected rows of --file, as they came, under their header to OUT")
    one.add_argument("--format", choices=["csv", "json"], default="csv")
    one.set_defaults(run=importing.run_rejects)

    one = command("profiles", "list the formats that can be read, or check what a file would be read as: profiles check FILE")
    one.add_argument("action", nargs="?", choices=["check"], help="check: read files and say what would become of them; nothing changes")
    one.add_argument("paths", nargs="*", metavar="FILE", help="a file, or a folder of files")
    one.add_argument("--profile", metavar="NAME", help="the format, if the header does not tell")
    _add_date_order(one)
    one.add_argument("--format", choices=["table", "json"], default="table")
    one.set_defaults(run=profiles.run_profiles)

    one = command("build", "rebuild the warehouse from what has been landed")
    one.add_argument(
        "--engine", choices=importing.ENGINES, default=importing.ENGINES[0],
        help="what makes the marts: DuckDB on this machine, or an Apache Spark cluster (docs/spark.md)")
    one.add_argument("--master", metavar="URL", help="the cluster's master, such as spark://HOST:7077; with --engine spark")
    one.set_defaults(run=importing.run_build)

    one = command("query", "run one query; its parameters are options")
    one.add_argument("name", metavar="NAME")
    for name in asking.parameter_names():
        one.add_argument("--" + name.replace("_", "-"), dest=f"parameter_{name}", metavar="VALUE")
    one.add_argument("--policy", metavar="FILE", help="a policy file, whatever its effective day (collections/stages)")
    one.add_argument("--format", choices=results.FORMATS, default="table")
    one.add_argument("--output", metavar="FILE")
    one.set_defaults(run=asking.run_query)

    one = command("statement", "write a customer's statement as PDF")
    one.add_argument("customer_id", metavar="CUSTOMER_ID")
    one.add_argument("--as-of-on", required=True, metavar="DAY", help="as of the end of this day")
    one.add_argument("--language", choices=sorted(LANGUAGES), help="of the letter; else the customer's own if we speak it, else English")
    one.add_argument("--output", required=True, metavar="FILE")
    one.set_defaults(run=statement.run_statement)

    command("queries", "list every query: name, title, grain, parameters, columns").set_defaults(run=asking.run_queries)
    command("verify", "check the audit chain and its anchor, control totals and data").set_defaults(run=asking.run_verify)

    one = command("accept-break", "go on with decisions whose anchor disagrees, because a person says so; asks first")
    one.add_argument("--reason", required=True, metavar="TEXT", help="why, for the audit trail")
    one.add_argument("--yes", action="store_true", help="do not ask")
    one.set_defaults(run=deciding.run_accept_break)

    one = command("copy-decisions", "take a copy of the decisions to another, empty database and prove it")
    one.add_argument("--to", dest="url", required=True, metavar="URL", help="as it will stand in [decisions] url; no password in it")
    one.set_defaults(run=deciding.run_copy_decisions)

    one = command("invite-administrator", "invite a user administrator, while there is none: the first start, or all of them gone")
    one.add_argument("email", metavar="EMAIL", help="the address that the directory knows them by")
    one.add_argument("--name", metavar="NAME", help="what they are called (default: the part of the address before the @)")
    one.add_argument(
        "--beside-others", action="store_true", dest="is_beside_others",
        help="also while there is one: the last of them has left the company, and nobody can invite another")
    one.set_defaults(run=inviting.run_invite_administrator)

    one = command("serve", "run the dashboard by several servers behind one address of this machine, until Ctrl+C")
    one.add_argument("--servers", type=int, default=2, metavar="N", help="how many (default 2)")
    one.add_argument("--port", type=int, default=8501, metavar="PORT", help="where people, or the proxy with TLS, find them (default 8501)")
    one.set_defaults(run=serving.run_serve)

    one = command("backup", "keep decisions, landed files, profiles and settings in a new dated folder of FOLDER; the server may run")
    one.add_argument("folder", metavar="FOLDER", help="a folder for backups, best on another disk")
    one.set_defaults(run=backing_up.run_backup)

    one = command("restore", "restore a backup into the data folder, which must be empty, and build the warehouse")
    one.add_argument("folder", metavar="FOLDER", help="the backup, or a folder of backups: the newest")
    one.set_defaults(run=backing_up.run_restore)

    one = command("drill", "restore a backup where it harms nobody and say what would be lost if the data folder were")
    one.add_argument("folder", metavar="FOLDER", help="the backup, or a folder of backups: the newest")
    one.set_defaults(run=backing_up.run_drill)

    one = command("sample", "write a synthetic partner's files; the same seed gives the same bytes")
    one.add_argument("--customers", type=int, default=DEFAULT_CUSTOMERS, metavar="N")
    one.add_argument("--months", type=int, default=DEFAULT_MONTHS, metavar="M")
    one.add_argument("--seed", type=int, default=DEFAULT_SEED, metavar="S")
    one.add_argument("--output", required=True, metavar="DIR")
    one.set_defaults(run=importing.run_sample)
    return parser


def _add_date_order(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date-order", metavar="DMY|MDY", type=str.upper, choices=ORDERS, default="",
        help="whether the day or the month comes first, where a file leaves it open",
    )


def _context(arguments: argparse.Namespace, now: datetime) -> Context:
    config = configuration.config_file(getattr(arguments, "config", os.environ.get("CLEARACCOUNTS_CONFIG") or None))
    data = Path(getattr(arguments, "data", None) or os.environ.get("CLEARACCOUNTS_DATA") or DEFAULT_DATA)
    settings = configuration.load(config)
    if settings.log.command_line:
        log_lines.start(settings.log)
    return Context(settings, DataFolder(data), configuration.served_folder(data), now, config)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: what was typed after the program's name; else the process's own arguments.

    Returns:
        The exit code.
    """
    try:
        arguments = _parser().parse_args(words)
        code: int = arguments.run(_context(arguments, datetime.now(UTC)), arguments)
        sys.stdout.flush()
        return code
    except BadParameter as problem:
        warn(str(problem))
        return BAD_PARAMETER
    except Cancelled as problem:
        warn(str(problem))
        return INTERRUPTED
    except ClearAccountsError as problem:
        warn(str(problem))
        return FAILED
    except BrokenPipeError:
        # Whoever read us has seen enough; nothing more may be written, not even at the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        warn(STOPPED)
        return INTERRUPTED
    except duckdb.Error as problem:
        first = str(problem).split("\n", maxsplit=1)[0]
        warn(f"The database failed ({first}); the numbers shown are unchanged. Try again, and build anew if it stays so.")
        return FAILED
    except OSError as problem:
        warn(f"{problem.filename or 'A file'}: {problem.strerror or problem}; check the path, the rights and the space left.")
        return FAILED
    except Exception as problem:  # a fault of ours: whoever typed the command gets a sentence, not our source
        if str(problem) == "Query interrupted":  # what DuckDB makes of Ctrl-C while a statement runs
            warn(STOPPED)
            return INTERRUPTED
        if os.environ.get("CLEARACCOUNTS_DEBUG"):
            raise
        warn(f"This should not happen ({type(problem).__name__}: {problem}); please report it. CLEARACCOUNTS_DEBUG=1 shows where it was.")
        return FAILED


if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is _stop_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main())
