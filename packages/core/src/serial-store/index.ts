export { matchesCleanup, matchesLease, matchesPending } from './filters.js';
export type {
  BrakeStep,
  CleanupRun,
  ControlRecord,
  Lane,
  LeaseRecord,
  ObjectRecord,
  ObjectState,
  OwnedCleanup,
  Totals,
} from './records.js';
export { newControl, noneByType } from './records.js';
export type { SerialStoreOptions } from './serial-store.js';
export { SerialStore } from './serial-store.js';
export { storeClock } from './store-clock.js';
export type { Page, SerialTables } from './tables.js';
export { cleanupView, isPending, type PendingOutline } from './views.js';
