import { GRACE_MS } from '../server.js';
import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** Nobody says goodbye: the leases run out, and what they were on is collected. */
export async function killedWorker(stage: Stage, ada: Worker): Promise<void> {
  const { timeline, checks } = stage;
  timeline.scene('A worker is killed: its files are collected');
  const files = ['ada-1.txt', 'ada-2.txt', 'ada-3.txt'];
  await ada.hold(...files);
  for (const file of files)
    await checks.expect(`${file} while ada lives`, 'there, no call', () => stage.fateOf(file));
  await ada.kill();
  for (const file of files)
    await checks.expect(`${file} after ada was killed`, 'gone, deleted', () => stage.fateOf(file));

  for (const [file, leaseId] of ada.leases) {
    const { lease } = await stage.client.get(leaseId);
    const lateMs = (lease.endTime?.getTime() ?? 0) - lease.expireTime.getTime();
    const inTime =
      lateMs >= GRACE_MS ? 'EXPIRED after the grace' : `${lease.state} ${lateMs} ms after its time`;
    await checks.expect(`the lease on ${file}`, 'EXPIRED after the grace', () => inTime);
  }
}
