"""How a worker asks nbflow inside a kernel for something, without a trace in the notebook."""

from __future__ import annotations

import json
from typing import Any

from nbflow.runtime import in_kernel
from nbflow.runtime.kernel import Kernel, SilentCodeError, Watch
from nbflow.runtime.notebook_run import StepFailed


# `Any`: the answer is JSON that `in_kernel.Answer` has made.
def ask(kernel: Kernel, function: str, watch: Watch, *arguments: object) -> dict[str, Any]:
    """Call a function of `in_kernel` inside the kernel with JSON arguments."""
    if not kernel.has_nbflow:
        raise StepFailed(
            f"Values cannot travel to or from the kernel {kernel.name!r}: nbflow is not installed "
            f"in its environment. Install it there: {kernel.spec.argv[0]} -m pip install nbflow."
        )
    given = f"*__import__('json').loads({json.dumps(arguments)!r})"
    inside = f"__import__({in_kernel.__name__!r}, fromlist=['_'])"
    try:
        data = kernel.run_silently("pass", f"{inside}.{function}({given})", watch=watch)
    except SilentCodeError as error:
        raise StepFailed(
            f"Values cannot travel to or from the kernel {kernel.name!r}: {error}"
        ) from error
    return dict(data[in_kernel.ANSWER_TYPE])
