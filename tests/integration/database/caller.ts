// A process that calls a database without pause until a line comes on stdin; then it says how that went and ends.
// Nothing here catches what the driver throws outside of a call: it would end this process.
import { once } from 'node:events';
import { openDatabase } from '../../../packages/storage-postgres/src/connection/open-database.js';

/** Calls at a time; three to each connection. */
const CALLERS = 30;

export interface Tally {
  readonly msg: 'tally';
  readonly answered: number;
  readonly failed: number;
  /** Failures that were not `StoreUnavailableError`. */
  readonly odd: readonly string[];
  readonly longestMs: number;
  /** Connections that can be used at the same time, in the end. */
  readonly usable: { readonly rpc: number; readonly sweep: number };
}

const [, , url = '', callTimeoutMs = ''] = process.argv;
const database = openDatabase({ url, maxConnections: 10, callTimeoutMs: Number(callTimeoutMs) });
const tally = { answered: 0, failed: 0, longestMs: 0, odd: new Set<string>() };
let ending = false;

async function callOn(caller: number): Promise<void> {
  while (!ending) {
    const startMs = performance.now();
    try {
      await database.call(caller % 5 === 0 ? 'sweep' : 'rpc', `select $1::integer as n, ${caller}`, [caller]);
      tally.answered += 1;
    } catch (error) {
      tally.failed += 1;
      if ((error as Error).name !== 'StoreUnavailableError') tally.odd.add(String(error));
    }
    tally.longestMs = Math.max(tally.longestMs, performance.now() - startMs);
  }
}

async function usable(lane: 'rpc' | 'sweep', size: number): Promise<number> {
  const pids = await Promise.all(
    Array.from({ length: size }, () =>
      database.call<{ pid: number }>(lane, 'select pg_backend_pid() as pid, pg_sleep(0.2)'),
    ),
  );
  return new Set(pids.flat().map(({ pid }) => pid)).size;
}

await database.call('rpc', 'select 1');
console.log(JSON.stringify({ msg: 'ready' }));
const callers = Array.from({ length: CALLERS }, (_, caller) => callOn(caller));
await once(process.stdin, 'data');
ending = true;
await Promise.all(callers);
const result: Tally = {
  msg: 'tally',
  ...tally,
  odd: [...tally.odd],
  usable: { rpc: await usable('rpc', 8), sweep: await usable('sweep', 2) },
};
console.log(JSON.stringify(result));
await database.close();
process.stdin.destroy();
