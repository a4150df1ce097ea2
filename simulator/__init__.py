"""The outside world on one machine: speaks the wire formats of the services that Greenlight calls.

It imports nothing of Greenlight, and nothing in Greenlight knows that it exists: only base URLs and keys differ.
"""
