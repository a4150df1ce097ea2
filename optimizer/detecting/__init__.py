"""What reporting and delivery do wrong: strange points of a series, and faults of an account."""

from optimizer.detecting.series import Detector

__all__ = ["Detector"]
