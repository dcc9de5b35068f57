import type { Clock, Random } from '@lease/core';

/** Where the database is, and how much of it to use. */
export interface DatabaseOptions {
  /**
   * `postgres://user:password@host:port/database`, port 5432 unless it says otherwise, the database named as the user.
   * With a parameter `host=/directory`, the Unix socket in there.
   *
   * Off loopback the server's certificate is verified, unless `sslmode` says otherwise: `verify-full` (the default there;
   * `require` means the same here, since encryption alone does not say who answers), `verify-ca` (any host name),
   * `no-verify`, `disable` (the default on loopback). `sslrootcert` names the file of a private authority.
   * `application_name` is `lease` by default. Other parameters are refused.
   */
  readonly url: string;
  /** The schema that is the store's alone: 1 to 63 bytes, without `$`. Default `lease`. */
  readonly schema?: string;
  /**
   * Connections at most, from 2. Default 10: two cores' worth of statements and some that wait for a disk. One of them,
   * two from 4 on, are reserved for sweeping and collecting. They are opened when they are needed.
   */
  readonly maxConnections?: number;
  /**
   * Milliseconds until a call is given up, waiting for a connection and repeating included. Default 5,000: half of what
   * clients wait by default, so that they have time to try another replica. At least 100.
   */
  readonly callTimeoutMs?: number;
  /** Default `systemClock`. */
  readonly clock?: Clock;
  /** For the jitter of repetitions. Default `systemRandom`. */
  readonly random?: Random;
}
