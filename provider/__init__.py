"""sigclaims: verified signature claims on container artifacts, stated as data for OPA and Gatekeeper to decide upon."""

from typing import Final

VERSION: Final = "0.1.0"
