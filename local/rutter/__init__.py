"""A simulated Rutter: the part of its API that connecting a store uses.

The local commands run it, and the tests use it as a test double. Only tests queue faults and read
its state.
"""

from local.rutter.simulation import Connection, Rutter, failed_job, lost, serve_rutter

__all__ = ["Connection", "Rutter", "failed_job", "lost", "serve_rutter"]
