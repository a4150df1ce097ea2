"""Insights: what the ads market delivered, asked for and answered as Meta does."""
