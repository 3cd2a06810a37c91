"""The one contract of the public API: its schemas and their document."""

from rest.contract import Contract

contract = Contract()
