import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** The draft became a report: it is released with KEEP, and outlives everybody. */
export async function keptFile(stage: Stage, dee: Worker): Promise<void> {
  const { timeline, checks } = stage;
  timeline.scene('A file is released with KEEP: it stays');
  await dee.hold('report.txt');
  await dee.keep('report.txt');
  await checks.expect("dee's lease on report.txt", 'RELEASED, KEEP', async () => {
    const { state, disposition } = await stage.leaseOf(dee, 'report.txt');
    return `${state}, ${disposition ?? 'no disposition'}`;
  });
  await checks.expect('report.txt', 'there, no call', () => stage.fateOf('report.txt'));
}
