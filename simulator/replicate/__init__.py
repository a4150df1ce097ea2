"""Replicate: pictures by predictions."""
