"""How many random cases a test looks at: enough for every change; `OPTCENTER_RANDOM_FACTOR=20` for a soak."""

import os

_FACTOR = float(os.environ.get("OPTCENTER_RANDOM_FACTOR", "1"))


def cases(usual: int) -> int:
    """Give the usual number of cases times the factor, and no fewer than one."""
    return max(1, round(usual * _FACTOR))
