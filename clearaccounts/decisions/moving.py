"""Moving the decisions to another database, event by event; the anchor stays and proves that nothing was lost on the way."""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from clearaccounts.decisions import table
from clearaccounts.decisions.chain import Event, first_break
from clearaccounts.errors import DecisionError, Refused
from clearaccounts.text import N_


def copy_events(events: tuple[Event, ...], url: str) -> int:
    """Write all events into the empty database at `url` in one transaction, and read them back.

    Args:
        events: the whole chain, proven; the caller keeps everybody from adding to it.
        url: of the database, made if it is a SQLite file that is not there.

    Returns:
        How many there are.

    Raises:
        Refused: the database holds events already.
        DecisionError: the address is none, or the database could not take or give back what was written; it holds no event then.
    """
    engine = table.open_engine(url)
    try:
        table.create(engine)
        with engine.connect().execution_options(**{table.WRITES: True}) as connection, connection.begin():
            if connection.execute(select(func.count()).select_from(table.EVENT)).scalar_one():
                raise Refused(N_("The database that the decisions would be copied to holds some already; nothing was copied."))
            for event in events:
                table.insert(connection, event)
            _compare(connection, events)
    except SQLAlchemyError as error:
        raise DecisionError(
            N_("The decisions could not be copied ({problem}); go on with the database you have."), problem=table.short(error),
        ) from error
    finally:
        engine.dispose()
    return len(events)


def _compare(connection: Connection, events: tuple[Event, ...]) -> None:
    written = table.fetch(connection, select(table.EVENT).order_by(table.EVENT.c.sequence))
    if written != events or first_break(written) is not None:
        raise DecisionError(N_("The copy of the decisions does not read as they do; nothing was copied."))
