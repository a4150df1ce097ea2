"""What a person may be in a workspace. Which role may do what is decided at the doors."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    APPROVER = "approver"
    CLIENT = "client"
    VIEWER = "viewer"
