"""A server that stands in for WeChat on this machine, for the demo and for tests.

A process of its own that speaks WeChat's HTTP interface with its answers, errors and rules, and
has a control API under `/__sim__/` that makes it fail on demand. It knows nothing of the product.
`docs/wechat.md` describes it.
"""
