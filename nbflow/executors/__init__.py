"""Where tasks run: this process (`inline.py`) or a Dask cluster (`dask.py`).

Both keep the promises of `base.py`. Nothing here knows the store or the scheduler's decisions.
"""
