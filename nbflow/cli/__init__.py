"""The command line: one file per command group. Every command prints a table for people or, with
`--output json`, JSON for programs.
"""
