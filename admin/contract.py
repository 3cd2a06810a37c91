"""The one contract of the staff API: its schemas and their document."""

from rest.contract import Contract

contract = Contract()
