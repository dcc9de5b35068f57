import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

interface Cast {
  /** Holds its files all the time. */
  readonly steady: Worker;
  /** Is killed while the server is away. */
  readonly doomed: Worker;
  /** Let go of a file whose cleanup has failed once when the server is killed. */
  readonly releasing: Worker;
}

/** The server dies with leases to watch and a cleanup to retry, and comes back on the same data. */
export async function killedServer(stage: Stage, { steady, doomed, releasing }: Cast): Promise<void> {
  const { timeline, checks, server } = stage;
  timeline.scene('The server is killed and restarted: nothing is lost');
  await doomed.hold('eve-1.txt', 'eve-2.txt');
  const { attempts } = await stage.client.stats();
  await releasing.hold('pending.txt');
  await releasing.release('pending.txt');
  // Until the failure is on record: an attempt whose outcome nobody knows is repeated only after 40 s.
  await checks.expect('the cleanup of pending.txt', 'failed once', async () => {
    const { retried } = (await stage.client.stats()).attempts;
    return `failed ${retried - attempts.retried === 1 ? 'once' : `${retried - attempts.retried} times`}`;
  });

  await server.kill();
  await doomed.kill();
  // Away for longer than any TTL: ben can no longer be sure of his files, and says so.
  const lastState = (file: string) => steady.states.get(file)?.at(-1) ?? 'held';
  await checks.expect("ben's hold on ben-1.txt, server away", 'doubtful', () => lastState('ben-1.txt'));
  await server.restart();

  await checks.expect("ben's hold on ben-1.txt, server back", 'held', () => lastState('ben-1.txt'));
  const { leases } = stage;
  await checks.expect('leases that the server knows', `all ${leases.length}`, async () => {
    const known = await Promise.allSettled(leases.map((leaseId) => stage.client.get(leaseId)));
    const found = known.filter(({ status }) => status === 'fulfilled').length;
    return found === leases.length ? `all ${found}` : `${found} of ${leases.length}`;
  });
  await checks.expect('pending.txt, due before the kill', 'gone, 503, deleted', () =>
    stage.fateOf('pending.txt'),
  );
  for (const file of ['eve-1.txt', 'eve-2.txt']) {
    await checks.expect(`${file}, eve killed meanwhile`, 'gone, deleted', () => stage.fateOf(file));
  }
}
