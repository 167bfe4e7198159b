"""What can be asked of the cluster: more workers or fewer. The scheduler, which has the executor,
does it or says why it cannot be.
"""

from __future__ import annotations

from nbflow.commands.asking import Asking, Receipt
from nbflow.core.errors import RequestError

MOST_WORKERS = 10_000


class ClusterVerbs(Asking):
    """The verbs about the cluster."""

    def scale_cluster(self, minimum: int, maximum: int | None = None) -> Receipt:
        """Ask for `minimum` workers, or with a `maximum` for as many as the work needs in between.

        Workers on which tasks run are not taken away. Raises RequestError for numbers that cannot
        be; whether the cluster can be scaled is the scheduler's answer.
        """
        most = minimum if maximum is None else maximum
        if not 0 <= minimum <= most <= MOST_WORKERS:
            raise RequestError(
                f"A cluster cannot have {minimum} to {most} workers: say two numbers from 0 to "
                f"{MOST_WORKERS}, the smaller first."
            )
        if most == 0:
            raise RequestError(
                "A cluster without workers runs nothing. Pause the DAGs, or say 0 to some number."
            )
        with self.database.transaction() as session:
            asked = {"minimum": minimum, "maximum": most}
            return Receipt(self._ask(session, "scale", asked))
