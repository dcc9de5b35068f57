// A worker: takes leases on files, writes them, and lets go of them as it is told. A process of its own, which main.ts may kill.
import { LeaseClient, temporaryFile, type Hold } from '@lease/client';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command, Report } from './worker-commands.js';

const [name = '', address = '', endpoint = '', root = ''] = process.argv.slice(2);

/** Short, so that the demo is; by default it is 5 min. */
const TTL_MS = 2_000;

const client = new LeaseClient({ serviceId: name, address });
const holds = new Map<string, Hold>();

function tell(report: Report | { readonly msg: 'ready' }): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

async function hold(file: string): Promise<Hold> {
  const taken = await client.hold({
    object: temporaryFile(file),
    ttlMs: TTL_MS,
    cleanup: { http: { url: endpoint }, retry: { initialBackoffMs: 500, maxBackoffMs: 1_000 } },
    onStateChange: (state) => {
      if (state !== 'released') tell({ state, file });
    },
  });
  holds.set(file, taken);
  // First the lease, then the file: whatever kills us from here on, somebody is due to clean up.
  await writeFile(join(root, file), `${name} wrote this under lease ${taken.leaseId}\n`);
  return taken;
}

async function letGo(file: string, disposition: 'COLLECT' | 'KEEP'): Promise<Hold> {
  const held = holds.get(file);
  if (!held) throw new Error('not mine');
  await held.release(disposition);
  holds.delete(file);
  return held;
}

async function act({ do: verb, file }: Command): Promise<void> {
  try {
    const { leaseId } =
      verb === 'hold' ? await hold(file) : await letGo(file, verb === 'keep' ? 'KEEP' : 'COLLECT');
    tell({ did: verb, file, leaseId });
  } catch (error) {
    tell({ failed: verb, file, error: String(error) });
  }
}

// The end of stdin is the end of whoever started us: nobody is left to tell us anything.
createInterface(process.stdin)
  .on('line', (line) => void act(JSON.parse(line) as Command))
  .on('close', () => process.exit(1));
tell({ msg: 'ready' });
