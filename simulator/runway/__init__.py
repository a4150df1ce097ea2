"""Runway: videos and pictures by tasks."""
