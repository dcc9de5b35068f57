/** What the process exits with, after sysexits.h. */
export const EXIT = {
  /** Stopped by a signal and drained, or help was asked for. */
  ok: 0,
  /** Something that the server needs is not to be had: a port, the disk. */
  unavailable: 69,
  /** A fault of ours. */
  software: 70,
  /** Another server uses the data directory: try again when it has stopped. */
  inUse: 75,
  /** The store cannot be used by this version: a newer one made it, or the database server is too old. */
  storeVersion: 76,
  /** The configuration is wrong. Trying again will not help. */
  config: 78,
} as const;
