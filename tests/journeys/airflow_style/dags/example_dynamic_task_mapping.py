"""As many tasks as there are values, known when the run runs."""

from datetime import datetime

from nbflow import DAG, BaseOperator, task, task_group

with DAG(
    dag_id="example_dynamic_task_mapping", schedule=None, start_date=datetime(2022, 3, 4)
) as dag:

    @task
    def make_list():
        return [1, 2, 3]

    @task
    def add_one(x: int):
        return x + 1

    @task
    def sum_it(values):
        total = sum(values)
        print(f"Total was {total}")
        return total

    sum_it(add_one.expand(x=make_list()))

    @task
    def power(base: int, exponent: int) -> int:
        return base**exponent

    power.partial(exponent=2).expand(base=[2, 3])

    @task_group
    def op(num):
        @task
        def mul_2(n):
            return n * 2

        return mul_2(add_one.override(task_id="plus")(num))

    op.expand(num=[10, 20])


class AddOneOperator(BaseOperator):
    """An operator of one's own."""

    def __init__(self, value, **kwargs):
        super().__init__(**kwargs)
        self.value = value

    def execute(self, context):
        return self.value + 1


with DAG(
    dag_id="example_task_mapping_second_order",
    schedule=None,
    catchup=False,
    start_date=datetime(2022, 3, 4),
) as dag2:

    class Sum(BaseOperator):
        template_fields = ("values",)

        def __init__(self, values, **kwargs):
            super().__init__(**kwargs)
            self.values = values

        def execute(self, context):
            return sum(self.values)

    add_ones = AddOneOperator.partial(task_id="add_one").expand(value=[1, 2, 3])
    Sum(task_id="sum", values=add_ones.output)
