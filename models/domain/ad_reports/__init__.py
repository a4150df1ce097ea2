"""Exported ads reports: tables that people saved from an ads manager, read without knowing who made them. Pure."""
