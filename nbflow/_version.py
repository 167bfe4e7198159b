"""The one place that holds nbflow's version; build, CLI and the labextension's test read it."""

__version__ = "0.1.0.dev0"
