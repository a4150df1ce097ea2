"""Measurements of a whole installation, each beside the limit that the README promises."""
