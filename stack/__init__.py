"""The embedded servers of one clone, and the supervisor that keeps them running.

Only `cli.py` and the tests import it.
"""
