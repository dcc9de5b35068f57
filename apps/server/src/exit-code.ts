/** What the process exits with, after sysexits.h. */
export const EXIT = {
  /** Done; stopped by a signal and drained; or help was asked for. */
  ok: 0,
  /** A server was asked for something and refused it, or a part of it. */
  refused: 1,
  /** Something that is needed is not to be had: a port, the disk, the database; or a server that was called does not answer. */
  unavailable: 69,
  /** A fault of ours. */
  software: 70,
  /** A listener could not be opened, although its port was free a moment before. */
  listeners: 71,
  /** The store was opened, and then could not be read and written. */
  recovery: 74,
  /** Another server uses the data directory: try again when it has stopped. */
  inUse: 75,
  /** The store cannot be used as it is: made by a newer version or another program, too old a server, a right lacking. */
  storeVersion: 76,
  /** The configuration or the command line is wrong. Trying again will not help. */
  config: 78,
} as const;
