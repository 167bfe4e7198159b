"""Read models as JSON-ready dataclasses, shared by REST, widgets and the CLI.

Shapes in `shapes`, one file per page that asks for them.
"""
