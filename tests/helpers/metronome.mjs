// Calls a URL on time, many times a second, and does nothing else: what comes late here, the machine made late.
// node metronome.mjs URL
const EVERY_MS = 25;
const url = process.argv[2] ?? '';
for (let dueMs = Date.now() + EVERY_MS; ; dueMs = Math.max(dueMs + EVERY_MS, Date.now())) {
  await new Promise((resolve) => setTimeout(resolve, dueMs - Date.now()));
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ dueMs }) });
  await response.arrayBuffer();
}
