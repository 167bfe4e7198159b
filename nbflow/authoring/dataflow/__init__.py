"""Dataflow between the cells of a notebook: what depends on what, and which cells need one kernel.
Runs no user code.

The journey: `source` (text to Python) -> `cells` (what one cell does, on a `machine` with a `heap`,
by what `knowledge` and `calls` know) -> `setup` (what every kernel runs first) -> `edges` (uses,
orders, bonds between cells) -> `fusion` (tasks).
"""
