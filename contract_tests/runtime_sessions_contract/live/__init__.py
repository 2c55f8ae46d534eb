"""Services that cost money: read with care, on a budget, with a ledger of what was created."""
