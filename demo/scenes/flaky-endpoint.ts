import type { Stage } from '../stage.js';
import type { Worker } from '../worker-process.js';

/** The endpoint answers 503 twice; the cleanup is tried until it is done. */
export async function flakyEndpoint(stage: Stage, dee: Worker): Promise<void> {
  const { timeline, checks } = stage;
  timeline.scene('The endpoint fails twice: it is asked again');
  await dee.hold('flaky.txt');
  await dee.release('flaky.txt');
  await checks.expect('flaky.txt', 'gone, 503, 503, deleted', () => stage.fateOf('flaky.txt'));
}
