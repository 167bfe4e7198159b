"""Notebooks in the style of real ones, and running them both ways: from top to bottom, and task by
task in an order that is as far from the notebook's as the edges allow.
"""
