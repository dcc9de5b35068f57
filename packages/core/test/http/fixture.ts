import { afterEach, beforeEach } from 'vitest';
import type { AttemptResult, CleanupClaim } from '../../src/index.js';
import { egressGuard, HttpExecutor } from '../../src/http/index.js';
import { ManualClock } from '../../src/testing/index.js';
import { startEndpoint, startRawEndpoint } from './endpoint.js';

/** An executor that may call loopback, in time that stands still; and endpoints, closed after the test. */
export class Fixture {
  readonly clock = new ManualClock();
  readonly controller = new AbortController();
  executor = new HttpExecutor({ clock: this.clock, guard: egressGuard({ allowLoopback: true }) });
  readonly #closers: (() => Promise<void>)[] = [];

  execute(claim: CleanupClaim): Promise<AttemptResult> {
    return this.executor.execute(claim, this.controller.signal);
  }

  async opened<T extends { close(): Promise<void> }>(starting: T | Promise<T>): Promise<T> {
    const endpoint = await starting;
    this.#closers.push(() => endpoint.close());
    return endpoint;
  }

  answering(statusCode: number, headers: Record<string, string> = {}, body = '') {
    return this.opened(startEndpoint((_, response) => response.writeHead(statusCode, headers).end(body)));
  }

  /** Sends these bytes as soon as any of the request is there. */
  speaking(...parts: readonly string[]) {
    return this.opened(
      startRawEndpoint((socket) => {
        socket.once('data', () => {
          for (const part of parts) socket.write(part);
        });
      }),
    );
  }

  async close(): Promise<void> {
    await this.executor.close();
    for (const close of this.#closers) await close();
  }
}

/** A new fixture for each test of the file. */
export function eachTest(use: (fixture: Fixture) => void): void {
  let fixture: Fixture;
  beforeEach(() => {
    fixture = new Fixture();
    use(fixture);
  });
  afterEach(() => fixture.close());
}
