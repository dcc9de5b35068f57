/**
 * What becomes of the cleanup. `collected`, `terminal`: after one attempt. `exhausted`, `not-found`: after the two that it
 * may have. `unreached`: never, since attempts that reach nobody cost none.
 */
export type End = 'collected' | 'terminal' | 'exhausted' | 'not-found' | 'unreached';

/** One way of an endpoint to be hostile. */
export interface HostileRow {
  readonly name: string;
  readonly end: End;
  /** Opens an endpoint that listens at a port of its own: whoever counts failures by endpoint shall not mix them. */
  readonly start: () => Promise<HostileEndpoint>;
  /** Attempts last until they time out. */
  readonly hangs?: true;
  /** Drops the connection, and with it another call that it may not have seen yet: fewer may arrive than were made. */
  readonly drops?: true;
  /** Between the two attempts: at least so long, and not much longer than the other. */
  readonly pauseMs?: readonly [least: number, most: number];
}

export interface HostileEndpoint extends AsyncDisposable {
  /** The target of a CleanupSpec, as the contract writes it. */
  readonly target: object;
  readonly port: number;
  /** By the id of the object: when each attempt arrived, by the monotonic clock of this process. */
  readonly arrivals: ReadonlyMap<string, readonly number[]>;
  /** Connections that are open now. */
  readonly open: number;
  /** How long a connection was open, at most, in ms. */
  readonly longestMs: number;
  /** Calls that are no callback, such as one that followed a redirect. */
  readonly strays: number;
  /** Bytes that its answers took, the kernel's buffers included. */
  readonly bytesWritten: number;
}

/** Budget and backoff of every cleanup here. */
export const ATTEMPTS = 2;
export const MAX_BACKOFF_MS = 1_200;
export const FIRST_BACKOFF_MS = 100;

/** An attempt that is answered has time, however busy the machine; one that hangs shall soon be over. */
export const PATIENT_MS = 10_000;
export const HANGING_MS = 1_000;
