#!/usr/bin/env bash
# What action.yml runs: start a server if there is one to start, hold it to the contract, and tell it in the job's page.
set -euo pipefail
report="$RUNNER_TEMP/runtime-sessions-report"
told="$RUNNER_TEMP/runtime-sessions-told.txt"
echo "report=$report" >> "$GITHUB_OUTPUT"

if [ -n "$SERVER" ]; then
  # Without the tokens: they are the suite's. In a group of its own, which is ended with all that it started.
  set -m
  env -u TOKEN -u OTHER_TOKEN bash -c "$SERVER" > "$RUNNER_TEMP/runtime-sessions-server.txt" 2>&1 &
  server=$!
  set +m
  trap '{ kill -- "-$server"; wait "$server"; } 2> /dev/null || true' EXIT
  for _ in $(seq 240); do
    curl --silent --output /dev/null "$URL" && break
    kill -0 "$server" 2> /dev/null || break
    sleep 0.25
  done
fi

status=0
"$RUNNER_TEMP/runtime-sessions/bin/runtime-sessions-contract" --report "$report" 2>&1 | tee "$told" || status=$?
echo "status=$status" >> "$GITHUB_OUTPUT"
{
  echo "## The runtime sessions contract"
  echo
  tail --lines 1 "$told"
  echo
  echo "<details><summary>What was seen</summary>"
  echo
  echo '```text'
  tail --lines 200 "$told"
  echo '```'
  echo
  echo "</details>"
} >> "$GITHUB_STEP_SUMMARY"
exit "$status"
