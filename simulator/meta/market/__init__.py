"""The ads market of a simulated Meta account: it turns running ads and budgets into delivery, hour by hour.

Models and ranges are our own choice unless a docstring names a source; they only have to be plausible and hidden.
"""
