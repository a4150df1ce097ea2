"""Invented ad accounts in which budget policies are played, hour by hour, against hidden response curves."""
