"""What reporting and delivery do wrong: strange points of a series, and faults of an account."""

from optimizer.detecting.faults import AccountHours, CampaignHours, Delivery, Finding, detect
from optimizer.detecting.series import Detector

__all__ = ["AccountHours", "CampaignHours", "Delivery", "Detector", "Finding", "detect"]
