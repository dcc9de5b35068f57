import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** The object lives as long as anybody holds it: the end of one lease is not the end of the file. */
export async function sharedFile(stage: Stage, cyd: Worker, dee: Worker): Promise<void> {
  const { timeline, checks } = stage;
  const file = 'shared.txt';
  timeline.scene('Two workers share a file: it goes only after the second lets go');
  await cyd.hold(file);
  await dee.hold(file);
  await cyd.kill();
  const stateOf = async (worker: Worker) => (await stage.leaseOf(worker, file)).state;
  await checks.expect("cyd's lease on shared.txt", 'EXPIRED', () => stateOf(cyd));
  timeline.tell('server', "cyd's lease on shared.txt is EXPIRED");

  // What falls due later than that is collected: had the shared file been due, it would be gone by now.
  await dee.hold('later.txt');
  await dee.release('later.txt');
  await checks.expect('later.txt, let go of after that', 'gone, deleted', () => stage.fateOf('later.txt'));
  await checks.expect('shared.txt, dee holds it', 'there, no call', () => stage.fateOf(file));
  await checks.expect("dee's lease on shared.txt", 'ACTIVE', () => stateOf(dee));
  await dee.release(file);
  await checks.expect('shared.txt, dee let go', 'gone, deleted', () => stage.fateOf(file));
}
