import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

interface Cast {
  /** Holds its files all the time. */
  readonly ben: Worker;
  /** Is killed while the server is away. */
  readonly eve: Worker;
  /** Let go of a file whose cleanup has failed once when the server is killed. */
  readonly dee: Worker;
}

/** The server dies with leases to watch and a cleanup to retry, and comes back on the same data. */
export async function killedServer(stage: Stage, { ben, eve, dee }: Cast): Promise<void> {
  const { timeline, checks, server } = stage;
  timeline.scene('The server is killed and restarted: nothing is lost');
  await eve.hold('eve-1.txt', 'eve-2.txt');
  await failOnce(stage, dee, 'pending.txt');

  const killedAt = timeline.elapsedS;
  await server.kill();
  await eve.kill();
  // Away for as long as a TTL: ben cannot be sure of his files any more, and knows it.
  const bensHold = () => ben.states.get('ben-1.txt')?.at(-1) ?? 'held';
  await checks.expect("ben's hold, server away", 'doubtful', bensHold);
  await server.restart();
  const awayS = timeline.elapsedS - killedAt;
  timeline.tell(
    'server',
    `was away for ${awayS.toFixed(1)} s: nothing expires for as long, so that all can renew`,
  );

  await checks.expect("ben's hold, server back", 'held', bensHold);
  const { leases } = stage;
  await checks.expect('leases that the server knows', `${leases.length} of ${leases.length}`, async () => {
    const answers = await Promise.allSettled(leases.map((leaseId) => stage.client.get(leaseId)));
    return `${answers.filter(({ status }) => status === 'fulfilled').length} of ${leases.length}`;
  });
  await checks.expect('pending.txt, due before the kill', 'gone, 503, deleted', () =>
    stage.fateOf('pending.txt'),
  );
  await checks.expect("eve's 2 files, eve killed meanwhile", 'gone, deleted', () =>
    stage.fateOf('eve-1.txt', 'eve-2.txt'),
  );
  await checks.expect("ben's 2 files, ben alive", 'there, no call', () =>
    stage.fateOf('ben-1.txt', 'ben-2.txt'),
  );
  await checks.expect("eve's files went", 'after the pause', () => {
    const goneAt = stage.directory.goneAt('eve-1.txt') ?? 0;
    // The pause began with the first sweep, which came before we heard that the server is ready: by less than this.
    const toleranceS = 0.5;
    return goneAt > killedAt + 2 * awayS - toleranceS ? 'after the pause' : 'within the pause';
  });
}

/** Lets go of a file, and waits until its first, failing attempt is on record: one whose outcome is lost is repeated after 40 s. */
async function failOnce({ checks, client }: Stage, worker: Worker, file: string): Promise<void> {
  const before = (await client.stats()).attempts.retried;
  await worker.hold(file);
  await worker.release(file);
  await checks.expect(`failed attempts on ${file}`, '1', async () =>
    String((await client.stats()).attempts.retried - before),
  );
}
