export { createReceiver, type Receiver } from './create-receiver.js';
export type { ReceiverOptions } from './reception.js';
export type { ReceiverStore } from './receiver-store.js';
export type { Cleanup, CleanupHandler, CleanupResult } from './cleanup.js';
