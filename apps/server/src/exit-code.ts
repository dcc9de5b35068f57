/** What the process exits with, after sysexits.h. */
export const EXIT = {
  /** Done; stopped by a signal and drained; or help was asked for. */
  ok: 0,
  /** A server was asked for something and refused it, or a part of it. */
  refused: 1,
  /** Something that is needed is not to be had: a port, the disk; or a server that was called does not answer. */
  unavailable: 69,
  /** A fault of ours. */
  software: 70,
  /** Another server uses the data directory: try again when it has stopped. */
  inUse: 75,
  /** The store cannot be used by this version: a newer one made it, or the database server is too old. */
  storeVersion: 76,
  /** The configuration or the command line is wrong. Trying again will not help. */
  config: 78,
} as const;
