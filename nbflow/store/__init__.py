"""What we remember: definitions, runs, tries, values, the journal, requests, leases and pools.

Functions take the session of the caller, who opened the transaction and knows what it means; they
return values of core or frozen dataclasses, never rows.
"""
