"""A notebook as a file for somebody who has no Jupyter: one page of HTML, by nbconvert."""

from __future__ import annotations

from nbconvert import HTMLExporter
from nbformat import NotebookNode


def to_html(nb: NotebookNode, title: str) -> str:
    """`nb` as a page that needs nothing beside it but, for formulas, the web.

    What notebooks have shown stays as it is, scripts of interactive plots included: open it where
    you would open the notebook.
    """
    page, _ = HTMLExporter().from_notebook_node(nb, resources={"metadata": {"name": title}})
    return str(page)
