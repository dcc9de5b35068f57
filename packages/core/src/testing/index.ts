export { ManualClock } from './manual-clock.js';
export { randomBelow, randomItem, seededRandom } from './seeded-random.js';
export type { CreateCommandParts } from './builders.js';
export {
  cleanupGrant,
  createCommand,
  grpcCleanup,
  handlerCleanup,
  httpCleanup,
  objectRef,
} from './builders.js';
export type { ExecutorScript, RecordingExecutor } from './recording-executor.js';
export { recordingExecutor } from './recording-executor.js';

export { canonical } from './canonical.js';
export { check, checkEqual, LawBroken } from './check.js';
export type { LawContext, StoreLaw, StoreTime } from './store-law.js';
export { durableStoreLaws, storeLaws } from './store-laws.js';
export { runLaw } from './run-law.js';
