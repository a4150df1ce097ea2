"""What the services that make pictures and videos share: jobs, files, webhooks, control."""
