#!/bin/sh
# Runs before API and worker start: newest schema, roles, and closed workflow runs kept as long as creation is idempotent.
set -eu
python cli.py migrate
temporal operator namespace update --namespace default --retention 90d --address "$TEMPORAL_ADDRESS"
