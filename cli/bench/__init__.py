"""`scripts/bench`: the product measured side by side with peers, in one run on one machine.

Nothing is imported here, because the peers live in this package and carry only what they use.
"""
