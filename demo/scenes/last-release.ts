import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** The worker that held its files through all of it lets go; then nothing may be left but what was kept. */
export async function lastRelease(stage: Stage, ben: Worker): Promise<void> {
  const { timeline, checks, directory, endpoint } = stage;
  timeline.scene('A worker held on through all of it, and lets go now');
  const files = ['ben-1.txt', 'ben-2.txt'];
  await checks.expect("ben's 2 files, held all the time", 'there, no call', () => stage.fateOf(...files));
  await checks.expect("ben's leases", 'ACTIVE, ACTIVE', async () => {
    const leases = await Promise.all(files.map((file) => stage.leaseOf(ben, file)));
    return leases.map(({ state }) => state).join(', ');
  });
  for (const file of files) await ben.release(file);
  await checks.expect("ben's 2 files, ben let go", 'gone, deleted', () => stage.fateOf(...files));

  await checks.expect('what is left in the directory', 'report.txt', () => directory.files.join(', '));
  await checks.expect('calls for report.txt', 'no call', () => endpoint.callsFor('report.txt'));
  await checks.expect("the server's books", '0 held, 0 open, 0 abandoned, 1 kept', async () => {
    const { leases, cleanups } = await stage.client.stats();
    return `${leases.active} held, ${cleanups.open} open, ${cleanups.abandoned} abandoned, ${cleanups.kept} kept`;
  });
  // Two books about the same calls, the server's and the endpoint's: a call too many would show here.
  const { cleanups, attempts } = await stage.client.stats();
  const told = `${cleanups.collected} deleted, ${attempts.retried} failed, 0 others`;
  await checks.expect('calls, as the endpoint saw them', told, () => endpoint.tally());
}
