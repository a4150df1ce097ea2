"""Finds the fields of a brief in free text; every find comes with the exact words that say so."""
