"""What Meta refuses, one module per subject; each check raises the first refusal that it finds."""
