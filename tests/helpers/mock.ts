import { expect } from 'vitest';
import type { Child } from './child.js';
import { executable } from './executable.js';
import { startChild } from './lifetime.js';

const main = executable(import.meta.resolve('@lease/cleanup-mock/package.json'));

export interface MockOptions {
  /** See `cleanup-mock --help`. Default: every call succeeds. */
  readonly script?: string;
  /** Beneath it temporary files are really deleted. */
  readonly root?: string;
}

/** A call as the mock recorded it. */
export interface RecordedCall {
  /** 1 for the first; counts over both protocols. */
  readonly sequence: number;
  /** When it arrived, RFC 3339. */
  readonly time: string;
  readonly protocol: 'http' | 'grpc';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: CallbackBody;
  /** e.g. `200`, `UNAVAILABLE`, `hang`; unset as long as the caller got nothing. */
  readonly answer?: string;
  readonly detail?: string;
}

/** The fields of a callback, the same over both protocols. */
export interface CallbackBody {
  readonly lease_id: string;
  readonly service_id: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly object_id: string;
  readonly object_type: string;
  readonly last_lease_id: string;
  readonly reason: 'EXPIRED' | 'RELEASED';
  readonly due_time: string;
  readonly cleanup_id: string;
  readonly generation: number;
  readonly fence: number;
  readonly attempt: number;
}

/** An object as the contract writes it. */
export interface WireObject {
  readonly type: string;
  readonly id: string;
}

/** A real cleanup endpoint in a process of its own. Ends with the test file, or with `await using`. */
export class RunningMock implements AsyncDisposable {
  readonly child: Child;
  /** URL of the HTTP endpoint, without a trailing slash; any path takes callbacks. */
  readonly http: string;
  /** `host:port` of the gRPC endpoint. */
  readonly grpc: string;

  constructor(child: Child, http: string, grpc: string) {
    this.child = child;
    this.http = http;
    this.grpc = grpc;
  }

  /** What arrived so far, in that order: all of it, or the calls for one object. */
  async calls(object?: WireObject): Promise<readonly RecordedCall[]> {
    const filter = object ? { object_type: object.type, object_id: object.id } : {};
    const response = await fetch(`${this.http}/calls?${new URLSearchParams(filter).toString()}`);
    const { calls, dropped } = (await response.json()) as { calls: RecordedCall[]; dropped: number };
    // A log with a hole proves nothing.
    expect(dropped).toBe(0);
    return calls;
  }

  /** Forgets the calls so far. */
  async clear(): Promise<void> {
    await fetch(`${this.http}/calls`, { method: 'DELETE' });
  }

  /** Replaces the script; every cleanup starts it anew. */
  async script(rules: string): Promise<void> {
    const response = await fetch(`${this.http}/script`, { method: 'PUT', body: rules });
    expect(response.status, await response.text()).toBe(204);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.kill('SIGKILL');
  }
}

/** Starts `cleanup-mock` on free ports and waits until it is ready. */
export async function startMock({ script, root }: MockOptions = {}): Promise<RunningMock> {
  const scripted = script === undefined ? [] : ['--script', script];
  const rooted = root === undefined ? [] : ['--root', root];
  const child = startChild({ name: 'cleanup-mock', args: [main, ...scripted, ...rooted] });
  const { http, grpc } = await child.ready();
  return new RunningMock(child, `http://${String(http)}`, String(grpc));
}
