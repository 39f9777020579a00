"""Every scenario, in the order in which they run."""

import scenarios_reload  # noqa: F401  (each enters its own)
import scenarios_kill  # noqa: F401
import scenarios_stuck  # noqa: F401
import scenarios_supervisor  # noqa: F401
import scenarios_bridge  # noqa: F401
import scenarios_boot  # noqa: F401
import scenarios_prepare  # noqa: F401
import scenarios_clients  # noqa: F401
import scenarios_limits  # noqa: F401
import scenarios_usage  # noqa: F401
import scenarios_links  # noqa: F401
import scenarios_life  # noqa: F401
from scenario import SCENARIOS

__all__ = ["SCENARIOS"]
