"""Real servers for the tests. Each starts when the first test asks for it, once per pytest process, and ends with it.

database         fresh, migrated database for one test: `.app_url` (row-level security holds), `.owner_url` (does not)
shared_database  one migrated database for the whole run: quicker; keep tests apart by a workspace of their own
temporal_client  client of a dev server with the real clock; `temporal_address` for other processes
time_skipping    WorkflowEnvironment whose workflows skip time, each on its own clock
s3               `.endpoint`, `.bucket`, `.access_key_id`, `.secret_access_key`
simulator        `.url` and `.control`, an httpx client of its control endpoint
make_settings    settings of these servers: `make_settings(database, publish_lookup_waits_s=(1.0,))`
run_dir          an empty data folder for a stack of its own
browser          Playwright's Chromium; `page` is a new phone-sized page in a context of its own

Give each test its own task queue, workflow ids, workspace and ad account: the servers are shared.
"""

from __future__ import annotations

import os

from settings import Settings, environment_name

# A developer's own keys and servers must never be reached from a test, nor from a process that a test starts.
for field in Settings.model_fields:
    os.environ.pop(environment_name(field), None)
os.environ["GREENLIGHT_ENV_FILE"] = os.environ["GREENLIGHT_DATA_DIR"] = os.devnull

pytest_plugins = ["tests.servers", "tests.browser"]
