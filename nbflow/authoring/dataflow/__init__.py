"""Dataflow between the cells of a notebook: what depends on what, and which cells need one kernel.
Runs no user code.

The journey: `source` (text to Python), `cells` (what one cell does: its statements; `expressions`
and `functions` below it, `shell`, `calls`, `method_calls`, `unseen`, `files` and `results` for what
is called, all on a `machine` with names and a `heap`), `setup` (what every kernel runs first),
`edges` (the `flow` between cells: its `uses`, `bonds` and `orders`), `fusion` (tasks), `advice`
(what stands in the way). What is known about Python and its libraries stands in tables and nowhere
else: `known_builtins` and `known_functions`, looked up in `knowledge`, `libraries` and `methods`.
"""
