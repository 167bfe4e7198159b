"""How a person writes a DAG. Imports core, picture, nbformat and IPython; never the store, an
executor or a screen.
"""
