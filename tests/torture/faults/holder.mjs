// Holds leases in a process of its own: `node holder.mjs ADDRESS,... URL ID,...`. Says what the first statement sees after each
// time that it stood still for longer than a lease lasts. `block` on its stdin makes it stand still by itself.
import { createInterface } from 'node:readline';
import { argv, stdin } from 'node:process';
import { LeaseClient } from '@lease/client';

const TTL_MS = 1_500;
const [addresses = '', url = '', ids = ''] = argv.slice(2);
const client = new LeaseClient({ addresses: addresses.split(','), serviceId: 'holder' });
const cleanup = { http: { url }, retry: { initialBackoffMs: 100, attemptTimeoutMs: 3_000 } };
const holds = await Promise.all(
  ids
    .split(',')
    .map((leaseId) =>
      client.hold({ leaseId, object: { type: 'held', id: leaseId }, ttlMs: TTL_MS, cleanup }),
    ),
);
console.log(JSON.stringify({ msg: 'ready' }));

let lastMs = performance.now();
setInterval(() => {
  const stoodMs = performance.now() - lastMs;
  if (stoodMs > TTL_MS) for (const hold of holds) look(hold, stoodMs);
  lastMs = performance.now();
}, 10);

/**
 * @param {import('@lease/client').Hold} hold
 * @param {number} ms
 */
function look(hold, ms) {
  const { state } = hold;
  let asserted = true;
  try {
    hold.assertHeld();
  } catch {
    asserted = false;
  }
  console.log(JSON.stringify({ leaseId: hold.leaseId, state, asserted, ms }));
}

createInterface({ input: stdin }).on('line', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * TTL_MS);
});
