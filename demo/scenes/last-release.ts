import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** The worker that held its files through all of it lets go; then nothing may be left but what was kept. */
export async function lastRelease(stage: Stage, ben: Worker): Promise<void> {
  const { timeline, checks, directory, endpoint } = stage;
  timeline.scene('A worker held on through all of it, and lets go now');
  const files = ['ben-1.txt', 'ben-2.txt'];
  for (const file of files) {
    await checks.expect(`${file}, held all the time`, 'there, no call', () => stage.fateOf(file));
    await checks.expect(`ben's lease on ${file}`, 'ACTIVE', () => stage.leaseState(ben, file));
  }
  for (const file of files) await ben.release(file);
  for (const file of files) await checks.expect(`${file}, let go`, 'gone, deleted', () => stage.fateOf(file));

  await checks.expect('what is left in the directory', 'report.txt', () => directory.files.join(', '));
  await checks.expect('calls for report.txt', 'no call', () => endpoint.callsFor('report.txt'));
  await checks.expect("the server's books", 'nothing held, nothing open, 1 kept', async () => {
    const { leases, cleanups } = await stage.client.stats();
    const open = cleanups.open + cleanups.abandoned;
    return `${leases.active || 'nothing'} held, ${open || 'nothing'} open, ${cleanups.kept} kept`;
  });
  // Two books about the same calls: the server's, and the endpoint's. A call too many would show here.
  const { cleanups, attempts } = await stage.client.stats();
  const told = `${cleanups.collected} deleted, ${attempts.retried} failed, 0 others`;
  await checks.expect('calls, as the endpoint saw them', told, () => endpoint.tally());
}
