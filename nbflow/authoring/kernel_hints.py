"""How the kernels of other languages are installed, for who is told that one is missing."""

from __future__ import annotations

_HOW = {
    "ir": "in R: install.packages('IRkernel'); IRkernel::installspec()",
    "julia": 'in Julia: using Pkg; Pkg.add("IJulia")',
    "bash": "pip install bash_kernel && python -m bash_kernel.install",
    "deno": "deno jupyter --install",
    "rust": "cargo install evcxr_jupyter && evcxr_jupyter --install",
    "xcpp": "conda install -c conda-forge xeus-cling",
    "xsql": "conda install -c conda-forge xeus-sql",
}


def how_to_install(name: str) -> str:
    """The way to the kernel `name`, as far as it is known from its name."""
    known = next((how for start, how in _HOW.items() if name.lower().startswith(start)), None)
    return known or f"for Python: python -m ipykernel install --user --name {name}"
