"""What ``kubeport doctor`` finds, one line each."""

import attrs


@attrs.frozen
class Finding:
    """One thing looked at, and what to do about it.

    *state* is ``ok``, ``missing`` (may be wanted), ``warning`` (works, with a doubt) or ``problem``.
    """

    subject: str
    state: str
    detail: str
    remedy: str = ""
