"""Operators and a sensor that ask databases. How they are reached is in `sql.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from nbflow.authoring import sql as databases
from nbflow.authoring.context import Context
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.secrets import Connection
from nbflow.authoring.sensors import BaseSensorOperator
from nbflow.authoring.sql import Answered
from nbflow.core.errors import Fail

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from nbflow.authoring.arguments import TaskOptions

Parameters = Mapping[str, object] | Sequence[object]
Output = Literal["rows", "dicts", "dataframe"]


class SqlOperator(BaseOperator):
    """Runs SQL in the database of a connection; the rows of the last statement are the task's
    value.

    >>> SqlOperator(task_id="sales", conn_id="warehouse", parameters={"day": "{{ ds }}"}, ...
    sql="SELECT * FROM sales WHERE day = :day")

    `sql` is a text, which may hold several statements, a list of them, or the path of a .sql file;
    all run in one transaction unless `autocommit`. `parameters` are bound, never pasted: a mapping
    to `:name`, a sequence to the driver's placeholders. `output` gives rows as a list of tuples, of
    dicts, or as a pandas DataFrame; `handler` makes something else of the columns and rows.
    `return_last` False gives the rows of each statement. `database` stands in for the connection's.
    """

    template_fields: ClassVar[Sequence[str]] = ("sql", "parameters", "conn_id", "database")
    template_ext = (".sql",)

    def __init__(
        self,
        task_id: str,
        *,
        sql: str | Iterable[str],
        conn_id: str,
        parameters: Parameters | None = None,
        autocommit: bool = False,
        handler: Callable[[Answered], object] | None = None,
        output: Output = "rows",
        split_statements: bool = True,
        return_last: bool = True,
        database: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(task_id, **options)
        self.sql = sql if isinstance(sql, str) else list(sql)
        self.conn_id = conn_id
        self.parameters = parameters
        self.autocommit = autocommit
        self.handler = handler
        self.result_as: Output = output
        self.split_statements = split_statements
        self.return_last = return_last
        self.database = database

    def execute(self, context: Context) -> object:
        answers = self.ask()
        values = [self._value(answer) for answer in answers]
        if self.return_last:
            return values[-1] if values else None
        return values

    def ask(self) -> list[Answered]:
        """Run every statement; what each gave."""
        texts = [self.sql] if isinstance(self.sql, str) else list(self.sql)
        if self.split_statements:
            texts = [one for text in texts for one in databases.statements(text)]
        connection = Connection.get(self.conn_id)
        with databases.session_of(
            connection, database=self.database, autocommit=self.autocommit
        ) as session:
            return [databases.run_statement(session, text, self.parameters) for text in texts]

    def _value(self, answer: Answered) -> object:
        if self.handler is not None:
            return self.handler(answer)
        if self.result_as == "dataframe":
            return _frame(answer)
        if self.result_as == "dicts":
            return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        return list(answer.rows) if answer.columns else None


class SQLExecuteQueryOperator(SqlOperator):
    """SqlOperator, under the name that Airflow's files import."""


class SqlCheckOperator(SqlOperator):
    """Fails unless every value of the first row that `sql` gives is true, as in
    `SELECT count(*) > 0 FROM sales`; no row fails too.
    """

    def execute(self, context: Context) -> object:
        answers = [answer for answer in self.ask() if answer.columns]
        if not answers or not answers[-1].rows:
            raise CheckFailed(f"The check of task '{self.task_id}' gave no row: {self.sql}")
        columns, row = answers[-1].columns, answers[-1].rows[0]
        false = [
            f"{name} = {value!r}" for name, value in zip(columns, row, strict=True) if not value
        ]
        if false:
            raise CheckFailed(f"The check of task '{self.task_id}' failed: {', '.join(false)}.")
        return None


class SQLCheckOperator(SqlCheckOperator):
    """SqlCheckOperator, under the name that Airflow's files import."""


class SqlSensor(BaseSensorOperator, SqlOperator):
    """Waits until the first value of the first row that `sql` gives is true.

    `selector` takes another value from the row than the first. With `success` it decides what is
    enough, with `failure` what fails the task; no row means "not yet" unless `fail_on_empty`.
    """

    template_fields: ClassVar[Sequence[str]] = SqlOperator.template_fields

    def __init__(
        self,
        task_id: str,
        *,
        conn_id: str,
        sql: str,
        parameters: Parameters | None = None,
        success: Callable[[Any], bool] | None = None,
        failure: Callable[[Any], bool] | None = None,
        selector: Callable[[Sequence[Any]], object] = itemgetter(0),
        fail_on_empty: bool = False,
        **options: Any,  # noqa: ANN401 - those of BaseSensorOperator
    ) -> None:
        super().__init__(task_id, conn_id=conn_id, sql=sql, parameters=parameters, **options)
        self.success = success
        self.failure = failure
        self.selector = selector
        self.fail_on_empty = fail_on_empty

    def poke(self, context: Context) -> bool:
        rows = [row for answer in self.ask() for row in answer.rows]
        if not rows:
            if self.fail_on_empty:
                raise Fail(f"The question of task '{self.task_id}' gave no row.")
            return False
        value = self.selector(rows[0])
        if self.failure is not None and self.failure(value):
            raise Fail(f"The question of task '{self.task_id}' gave {value!r}, which is a failure.")
        return self.success(value) if self.success is not None else bool(value)


class CheckFailed(Exception):
    """What was checked is not so."""


def _frame(answer: Answered) -> object:
    try:
        import pandas as pd  # noqa: PLC0415 - only who asks for a DataFrame needs it
    except ImportError as error:
        raise databases.SqlProblem(
            'output="dataframe" needs pandas, which is not installed where tasks run. '
            "Install it, or take output='dicts'."
        ) from error
    return pd.DataFrame(list(answer.rows), columns=list(answer.columns))
