"""The traps of papermill, nbclient and jupyter_client, and the tests that show how each is avoided.

For readers: what must not come back when these libraries, or the engine, are changed. The test here
only sees to it that the table tells the truth.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

TRAPS: dict[str, list[str]] = {
    "papermill records a timeout, and all cells after it, as completed": [
        "runtime/test_engine.py::test_a_cell_whose_own_time_is_up_is_not_called_completed",
        "runtime/test_notebook_task.py::test_a_timeout_interrupts_the_cell_and_leaves_the_rest_not_run",
    ],
    "papermill records a dead kernel, and all cells after it, as completed": [
        "runtime/test_engine.py::test_a_cell_whose_kernel_dies_is_not_called_completed",
    ],
    "papermill fails a notebook for an error that the tag raises-exception allows": [
        "runtime/test_engine.py::test_an_error_that_a_tag_allows_does_not_fail_the_notebook",
    ],
    "sys.exit(0) ends a notebook well, and the rest stays pending": [
        "runtime/test_engine.py::test_leaving_early_in_good_order_skips_the_rest",
        "runtime/test_notebook_task.py::test_exiting_with_zero_is_a_success_and_skips_the_rest",
    ],
    "a cell with the tag skip-execution is reported as completed": [
        "runtime/test_engine.py::test_a_cell_that_a_tag_skips_is_called_skipped",
    ],
    "on failure papermill inserts cells, so that indices shift": [
        "runtime/test_notebook_task.py::test_no_cell_is_added_to_a_failed_notebook",
        "runtime/test_notebook_task.py::test_an_error_names_the_cell_of_the_source_notebook_and_keeps_a_plain_traceback",
    ],
    "papermill changes the folder of the whole process": [
        "runtime/test_notebook_task.py::test_each_notebook_has_its_own_folder_and_environment_and_the_worker_keeps_its_own",
    ],
    "papermill's writes are not atomic": [
        "runtime/test_notebook_task.py::test_a_reader_never_sees_half_a_notebook",
    ],
    "papermill writes the whole file twice for each cell, and never while a cell is silent": [
        "runtime/test_engine.py::test_a_quick_notebook_is_not_saved_at_every_cell",
        "runtime/test_engine.py::test_a_silent_cell_is_saved_while_it_runs",
    ],
    "much printing ends in many outputs, without a limit": [
        "runtime/test_engine.py::test_much_printing_stays_one_output_and_does_not_time_out",
        "runtime/test_engine.py::test_output_beyond_the_limit_is_left_out_with_a_note",
        "runtime/test_kernels.py::test_a_deadline_ends_a_cell_that_prints_faster_than_anybody_reads",
    ],
    "a cell is slow because its output is: each message costs much, each more than the last": [
        "runtime/test_messages.py::test_text_that_goes_on_is_one_message",
        "runtime/test_outputs.py::test_growing_text_is_what_joining_makes_of_it",
        "runtime/test_live.py::test_of_a_display_that_is_updated_faster_than_written_the_last_look_counts",
    ],
    "a publisher drops messages that are not read in time": [
        "runtime/test_kernels.py::test_no_output_is_dropped_however_fast_it_is_shown",
    ],
    "a kernel outlives a parent that is killed": [
        "runtime/test_kernels.py::test_no_kernel_outlives_an_owner_that_is_killed",
    ],
    "the notebook of a parent that was killed says that a cell runs": [
        "runtime/test_attempt_files.py::test_no_cell_runs_any_more_in_the_notebook_of_an_attempt_whose_worker_was_lost",
    ],
    "why a kernel died is not told": [
        "runtime/test_kernels.py::test_the_death_of_a_kernel_is_seen_at_once",
        "runtime/test_notebook_task.py::test_a_killed_kernel_is_an_infrastructure_failure_that_keeps_the_last_words",
        "runtime/test_notebook_task.py::test_a_crash_in_native_code_is_the_fault_of_the_cell",
    ],
    "what a kernel has started outlives it": [
        "runtime/test_kernels.py::test_what_a_kernel_started_ends_with_it",
        "runtime/test_notebook_task.py::test_a_cell_that_ignores_interrupts_is_killed_with_its_children",
    ],
    "a last question for kernel_info may hang": [
        "runtime/test_engine.py::test_the_end_of_a_notebook_waits_for_no_kernel_info",
    ],
    "kernels that start side by side race for ports": [
        "runtime/test_kernels.py::test_a_kernel_listens_on_no_network_port",
    ],
    "importing papermill takes a second": [
        "runtime/test_engine.py::test_importing_nbflow_does_not_import_papermill",
    ],
    "what notebooks run gets into the history of IPython": [
        "runtime/test_kernels.py::test_what_runs_goes_into_nobodys_history",
    ],
    "a synchronous call inside a running loop": [
        "runtime/test_notebook_task.py::test_a_notebook_runs_inside_a_thread_that_has_a_running_event_loop",
    ],
    "notebooks side by side share papermill's logger": [
        "runtime/test_engine.py::test_notebooks_side_by_side_do_not_mix_what_they_tell",
        "runtime/test_engine.py::test_streams_are_repeated_where_papermill_is_asked_to",
    ],
    "kernel_name= leaves another kernel in the metadata": [
        "runtime/test_engine.py::test_the_metadata_names_the_kernel_that_really_ran",
    ],
    "a kernel that is handed in loses descriptors and a thread in each run": [
        "runtime/test_notebook_task.py::test_ten_attempts_leave_no_descriptor_and_no_thread_behind",
    ],
    "a kernel that is used again still knows what ran before": [
        "runtime/test_notebook_task.py::test_a_kernel_never_sees_the_names_of_another_task",
    ],
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_avoided_by_tests_that_there_are(trap: str) -> None:
    missing = [name for name in TRAPS[trap] if not _is_there(name)]
    assert not missing


def _is_there(name: str) -> bool:
    file, _, test = name.partition("::")
    return test in _functions(TESTS / file)


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text())
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))
