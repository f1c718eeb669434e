"""The embedded AWS as a process that cannot outlive the one that started it.

Standard input is a pipe from the parent. It closes when the parent ends for any reason. ministack's
Lambda workers are in the same process group.
"""

import os
import signal
import sys
import threading
from pathlib import Path


def end_group_when_closed(pipe: int) -> None:
    """Kill this process's group once the pipe with this file descriptor has no writer."""
    os.read(pipe, 1)  # not sys.stdin: its lock would be held when the interpreter ends
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    import ministack.app
    from ministack.core import iam_actions
    from ministack.services import apigateway, lambda_svc

    # After ministack's imports, so that no module of this project shadows one of them.
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from local.emulator_middleware import Middleware, noting_ids, with_permissions_of_batches

    ministack.app.app = Middleware(ministack.app.app)
    apigateway.new_uuid = noting_ids(apigateway.new_uuid)
    iam_actions.extract_iam_action = with_permissions_of_batches(iam_actions.extract_iam_action)
    # A new function is pending, as on AWS. The default of 0.5 s is a quarter of a deployment.
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = 0.05
    watch = threading.Thread(target=end_group_when_closed, args=(sys.stdin.fileno(),), daemon=True)
    watch.start()
    ministack.app.main()
