import { afterAll, beforeAll, describe } from 'vitest';
import {
  RawClient,
  startMock,
  startServer,
  type RunningMock,
  type RunningServer,
  type Storage,
  STORAGES,
} from '../../helpers/index.js';

/** Leases end soon enough for a test to wait for it. */
export const QUICK = ['--grace', '200ms', '--min-ttl', '200ms'];

/** A real server, a client made from the .proto files alone, and a cleanup endpoint. */
export class Stage {
  readonly storage: Storage;
  #open: { server: RunningServer; client: RawClient; mock: RunningMock } | undefined;

  constructor(storage: Storage) {
    this.storage = storage;
  }

  async open(flags: readonly string[]): Promise<void> {
    const { storage } = this;
    const [server, mock] = await Promise.all([startServer({ storage, flags }), startMock()]);
    this.#open = { server, client: new RawClient(server.grpc), mock };
  }

  /** Expects that the server ends cleanly. */
  async close(): Promise<void> {
    this.client.close();
    await this.server.stop();
  }

  get server(): RunningServer {
    return this.#opened.server;
  }

  get client(): RawClient {
    return this.#opened.client;
  }

  get mock(): RunningMock {
    return this.#opened.mock;
  }

  get #opened() {
    if (this.#open) return this.#open;
    throw new Error('the stage is used before its tests run');
  }
}

/** Runs the tests on every storage. Those of one storage share a server: each takes objects of its own. */
export function onEachStorage(tests: (stage: Stage) => void, flags: readonly string[] = QUICK): void {
  describe.each(STORAGES)('%s', (storage) => {
    const stage = new Stage(storage);
    beforeAll(() => stage.open(flags));
    afterAll(() => stage.close());
    tests(stage);
  });
}
