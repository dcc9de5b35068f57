// Loaded into a server by a test (`--import .../probe.mjs?file=...`): what only the process itself can tell of its heap and
// of its event loop, one line of JSON a second. Nothing of it is in the product.
import { appendFileSync } from 'node:fs';
import { resourceUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const file = new URL(import.meta.url).searchParams.get('file') ?? '';
const TICK_MS = 20;
const LINE_MS = 1_000;

setFlagsFromString('--expose-gc');
/** Without a collection before each look, a slope shows when the engine chose to collect. */
const collect = /** @type {() => void} */ (runInNewContext('gc'));

const cpuMs = () => {
  const { userCPUTime, systemCPUTime } = resourceUsage();
  return (userCPUTime + systemCPUTime) / 1_000;
};

let last = { atMs: performance.now(), cpuMs: cpuMs() };
let writtenMs = last.atMs;
let stallMs = 0;

// A loop that did not turn is stalled if it computed meanwhile; on a machine that was lent to others, it only waited.
setInterval(() => {
  const now = { atMs: performance.now(), cpuMs: cpuMs() };
  stallMs = Math.max(stallMs, Math.min(now.atMs - last.atMs - TICK_MS, now.cpuMs - last.cpuMs));
  last = now;
  if (now.atMs < writtenMs + LINE_MS) return;
  collect();
  const { heapUsed } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  appendFileSync(
    file,
    `${JSON.stringify({ heapMb: heapUsed / 2 ** 20, handles: resources.length, stallMs })}\n`,
  );
  stallMs = 0;
  writtenMs = performance.now();
  // The collection itself is ours, not the server's.
  last = { atMs: writtenMs, cpuMs: cpuMs() };
}, TICK_MS).unref();
