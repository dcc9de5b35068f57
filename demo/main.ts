// Plays every scene against real processes, checks what was promised, and exits with 1 if anything is off.
import { Checks } from './checks.js';
import { flakyEndpoint } from './scenes/flaky-endpoint.js';
import { keptFile } from './scenes/kept-file.js';
import { killedServer } from './scenes/killed-server.js';
import { killedWorker } from './scenes/killed-worker.js';
import { lastRelease } from './scenes/last-release.js';
import { sharedFile } from './scenes/shared-file.js';
import { Stage } from './stage.js';
import { Timeline } from './timeline.js';

// An exit runs what ends the children and removes the files; a signal alone would not.
process.once('SIGHUP', () => process.exit(129));
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/** How the endpoint misbehaves. */
const script = `
object temporary-file/flaky.txt: 503x2, ok
object temporary-file/pending.txt: 503 retry-after 2s, ok`;

const timeline = new Timeline();
const checks = new Checks();
try {
  await using stage = await Stage.set(timeline, checks, script);
  timeline.scene('The workers');
  const [ada, ben, cyd, dee, eve] = await stage.workers('ada', 'ben', 'cyd', 'dee', 'eve');
  await ben.hold('ben-1.txt', 'ben-2.txt');
  await killedWorker(stage, ada);
  await sharedFile(stage, cyd, dee);
  await keptFile(stage, dee);
  await flakyEndpoint(stage, dee);
  await killedServer(stage, { ben, eve, dee });
  await lastRelease(stage, ben);
} catch (error) {
  checks.fail('the demo plays to its end', error);
}
checks.print(timeline);
// Not exitCode: what a failed start left behind must not keep this process.
process.exit(checks.hold ? 0 : 1);
