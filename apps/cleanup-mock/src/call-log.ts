import type { Callback } from './callback.js';

/** One callback as it came in, and what the mock did about it. The JSON of `GET /calls`. */
export interface Call {
  /** 1 for the first call; counts arrivals over both protocols. */
  readonly sequence: number;
  /** When it had arrived in full, RFC 3339 with milliseconds, by this process's clock. */
  readonly time: string;
  readonly protocol: 'http' | 'grpc';
  /** HTTP: as in the request line. gRPC: the method's. */
  readonly path: string;
  /** All of them, secrets too: what arrived is what a test asks about. */
  readonly headers: Readonly<Record<string, string>>;
  /** The callback's fields; unset if the request was none. */
  readonly body?: Callback;
  /** What was wrong with a request that was no callback. */
  readonly problem?: string;
  /** What the caller got to see, e.g. `200`, `UNAVAILABLE` or `hang`. Unset as long as it got nothing. */
  answer?: string;
  /** What became of the file. */
  detail?: string;
}

/** Which calls to show. Unset fields do not filter. */
export interface CallFilter {
  readonly cleanupId?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly path?: string;
  /** Only calls with a greater sequence. */
  readonly after?: number;
  /** At most so many, the first ones. Default: all. */
  readonly limit?: number;
}

/** The calls in the order of their arrival. Keeps the last `capacity`; what it had to drop is counted. */
export class CallLog {
  readonly #capacity: number;
  /** A ring: call `n` stands at `n % capacity`. */
  readonly #ring: Call[] = [];
  #last = 0;
  /** The last sequence that was cleared away. */
  #cleared = 0;

  constructor(capacity = 100_000) {
    this.#capacity = capacity;
  }

  record(arrival: Omit<Call, 'sequence' | 'time'>): Call {
    this.#last += 1;
    const call = { sequence: this.#last, time: new Date().toISOString(), ...arrival };
    this.#ring[call.sequence % this.#capacity] = call;
    return call;
  }

  find(filter: CallFilter = {}): Call[] {
    const { limit = Infinity } = filter;
    const found: Call[] = [];
    for (let n = Math.max(this.#oldest, (filter.after ?? 0) + 1); n <= this.#last; n += 1) {
      if (found.length >= limit) break;
      const call = this.#ring[n % this.#capacity];
      if (call && matches(call, filter)) found.push(call);
    }
    return found;
  }

  /** Calls since the last `clear()`. */
  get received(): number {
    return this.#last - this.#cleared;
  }

  /** Those of them that are not kept any more. */
  get dropped(): number {
    return this.#oldest - 1 - this.#cleared;
  }

  /** Sequences go on. */
  clear(): void {
    this.#ring.length = 0;
    this.#cleared = this.#last;
  }

  get #oldest(): number {
    return Math.max(this.#cleared, this.#last - this.#capacity) + 1;
  }
}

function matches({ body, path }: Call, filter: CallFilter): boolean {
  return (
    (filter.cleanupId === undefined || filter.cleanupId === body?.cleanup_id) &&
    (filter.objectType === undefined || filter.objectType === body?.object_type) &&
    (filter.objectId === undefined || filter.objectId === body?.object_id) &&
    (filter.path === undefined || filter.path === path)
  );
}
