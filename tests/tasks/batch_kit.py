"""Work for processes, in a module that costs them nothing to import."""

from __future__ import annotations

import os
import time


def double(number: int) -> int:
    """Ends its process over 13."""
    if number == 13:
        os._exit(9)
    time.sleep(0.002)
    return 2 * number
