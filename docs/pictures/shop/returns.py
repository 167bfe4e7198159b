# This is what a file with a mistake looks like.
from nbflow import DAG, BashOperator

with DAG("returns", schedule="0 25 * * *"):
    BashOperator(task_id="count", bash_command="wc -l returns.csv", retrys=3)
