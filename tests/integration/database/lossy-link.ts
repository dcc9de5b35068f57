import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a port on loopback that can become a black hole: bytes go in, none come out, connections stay. */
export class LossyLink implements AsyncDisposable {
  readonly #server = createServer({ pauseOnConnect: true });
  readonly #ends = new Set<Socket>();
  #swallowing = false;

  private constructor(port: number) {
    this.#server.on('connection', (near) => {
      const far = connect(port, '127.0.0.1');
      for (const [end, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#ends.add(end);
        end.on('error', () => other.destroy());
        end.on('close', () => {
          this.#ends.delete(end);
          other.destroy();
        });
        end.on('data', (bytes) => other.write(bytes));
      }
      this.#pass(near);
    });
  }

  static async to(port: number): Promise<LossyLink> {
    const link = new LossyLink(port);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  swallow(): void {
    this.#swallowing = true;
    for (const end of this.#ends) end.pause();
  }

  heal(): void {
    this.#swallowing = false;
    for (const end of this.#ends) end.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(near: Socket): void {
    if (!this.#swallowing) near.resume();
  }
}
