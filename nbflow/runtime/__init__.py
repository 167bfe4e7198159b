"""How a task runs, on the worker: one order in, one outcome out.

Knows nothing of the store or the scheduler.
"""
