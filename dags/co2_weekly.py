"""Every Monday at seven: how much CO2 is in the air above Mauna Loa, and how fast does it rise?

A scheduled report: numbers as a value, the chart as a file, a shell task that lists what was made.
"""

from nbflow import DAG, BashOperator, task

with DAG(
    "co2_weekly",
    description="Weekly report on CO2 at Mauna Loa",
    schedule="0 7 * * 1",
    timezone="Pacific/Honolulu",
    start_date="2026-01-01",
    tags=["example", "scheduled"],
    default_args={"retries": 2, "retry_delay": 30},
) as dag:

    @task
    def measure():
        from statsmodels.datasets import co2

        monthly = co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
        rise = monthly.diff(12).dropna()
        print(monthly.tail(3))
        return {"latest": float(monthly.iloc[-1]), "rise_per_year": float(rise.tail(120).mean())}

    @task
    def draw(summary, ds_nodash):
        import matplotlib

        matplotlib.use("agg")
        import tempfile
        from pathlib import Path

        import matplotlib.pyplot as plt
        from statsmodels.datasets import co2

        series = co2.load_pandas().data["co2"]
        figure, axes = plt.subplots(figsize=(7, 4))
        series.plot(ax=axes, lw=0.6, color="tab:blue")
        series.rolling(52, min_periods=20).mean().plot(ax=axes, color="tab:red")
        axes.set(title=f"CO2 at Mauna Loa: {summary['latest']:.1f} ppm", ylabel="ppm")
        path = Path(tempfile.gettempdir()) / f"co2_{ds_nodash}.png"
        figure.savefig(path, dpi=110)
        return str(path)

    summary = measure()
    chart = draw(summary)
    BashOperator(
        task_id="show",
        bash_command="ls -l '{{ ti.xcom_pull(task_ids=\"draw\") }}' && echo 'Report for {{ ds }}'",
    ).set_upstream(chart)
