"""Other programs a user could take for a part of the work: what `training.evaluate_peers` measures beside this one.

`training.peers.attribution` finds who says what, `training.peers.sentences` judges sentences. Each peer imports
what it takes when it runs and raises `PeerMissingError` where that is not installed. They evaluate only: nothing of
them goes into an artifact.
"""

from __future__ import annotations


class PeerMissingError(RuntimeError):
    """A peer is not installed; the message is the command that installs it."""
