"""A provider that kills the CLI once it has made the role `load`, which is then not recorded."""

import os
import signal
from typing import Any
from unittest.mock import patch

from local.provider import AwsProvider
from local.provider import __main__ as server


class _KillingProvider(AwsProvider):
    def Create(self, request: Any, context: Any = None) -> Any:
        created = super().Create(request, context)
        if request.urn.endswith("aws:iam/role:Role::load") and not request.preview:
            os.kill(os.getppid(), signal.SIGKILL)
            os._exit(1)
        return created


with patch.object(server, "AwsProvider", _KillingProvider):
    server.main()
