import { credentials } from '@grpc/grpc-js';
import { healthV1 } from '@lease/protocol';

const { HealthCheckResponse_ServingStatus: Status } = healthV1;

/** What `grpc.health.v1` says of one service, from now on, to somebody who watches it. */
export class HealthWatch implements Disposable {
  /** e.g. `['SERVING', 'NOT_SERVING']`. */
  readonly seen: string[] = [];
  readonly #client: healthV1.HealthClient;
  readonly #service: string;

  /** `service`: '' is the server as a whole. */
  constructor(address: string, service: string) {
    this.#client = new healthV1.HealthClient(address, credentials.createInsecure());
    this.#service = service;
    this.#client
      .watch({ service })
      .on('data', ({ status }: healthV1.HealthCheckResponse) => this.seen.push(Status[status]))
      // The server ends.
      .on('error', () => undefined);
  }

  /** What it says to somebody who asks now. */
  check(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#client.check({ service: this.#service }, (error, response) => {
        if (error === null) resolve(Status[response.status]);
        else reject(error);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
