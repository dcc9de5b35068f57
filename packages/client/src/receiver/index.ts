export { createReceiver, type Receiver, type ReceiverOptions } from './create-receiver.js';
export type { ReceiverStore } from './receiver-store.js';
export type { Cleanup, CleanupHandler, CleanupResult } from './cleanup.js';
