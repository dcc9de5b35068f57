import { type LookupFunction, isIP, Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** A connection that somebody wanted to make. */
export interface Intercepted {
  readonly port: number;
  /** Where it would have gone to: one of these. */
  readonly addresses: readonly string[];
}

/** Until the test has finished, no socket of this process connects: each fails, and what it wanted is kept. */
export function interceptConnections(): readonly Intercepted[] {
  const intercepted: Intercepted[] = [];
  const connect = vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (
    this: Socket,
    ...args: unknown[]
  ) {
    // `net.connect` hands its normalised arguments over as one.
    const [options] = (Array.isArray(args[0]) ? args[0] : args) as [
      { host: string; port: number | string; lookup?: LookupFunction },
    ];
    const end = (addresses: readonly string[]) => {
      intercepted.push({ port: Number(options.port), addresses });
      this.destroy(new Error('intercepted'));
    };
    if (isIP(options.host) || !options.lookup) process.nextTick(end, [options.host]);
    else
      options.lookup(options.host, { all: true }, (_, answers) => {
        end(Array.isArray(answers) ? answers.map(({ address }) => address) : [answers]);
      });
    return this;
  });
  onTestFinished(() => connect.mockRestore());
  return intercepted;
}
