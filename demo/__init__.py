"""One campaign from brief to live ads, unattended, over the same HTTP API that people use."""
