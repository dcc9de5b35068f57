import { GRACE_MS } from '../server.js';
import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** Nobody says goodbye: the leases run out, and what they were on is collected. */
export async function killedWorker(stage: Stage, ada: Worker): Promise<void> {
  const { timeline, checks } = stage;
  timeline.scene('A worker is killed: its files are collected');
  const files = ['ada-1.txt', 'ada-2.txt', 'ada-3.txt'];
  await ada.hold(...files);
  await checks.expect("ada's 3 files, ada alive", 'there, no call', () => stage.fateOf(...files));
  await ada.kill();
  await checks.expect("ada's 3 files, ada killed", 'gone, deleted', () => stage.fateOf(...files));
  await checks.expect("ada's leases", 'EXPIRED, after TTL and grace', async () => {
    const leases = await Promise.all(files.map((file) => stage.leaseOf(ada, file)));
    const early = leases.some(({ endTime, expireTime }) => Number(endTime) < expireTime.getTime() + GRACE_MS);
    const states = new Set(leases.map(({ state }) => state));
    return `${[...states].join(' / ')}, ${early ? 'before' : 'after'} TTL and grace`;
  });
}
