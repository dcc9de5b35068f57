import { isIP, type LookupFunction, Socket } from 'node:net';
import { onTestFinished, vi } from 'vitest';

/** A connection that somebody wanted to make. */
export interface Intercepted {
  readonly port: number;
  /** Where it would have gone to: one of these. */
  readonly addresses: readonly string[];
}

interface Wanted {
  readonly host: string;
  readonly port: number | string;
  readonly lookup?: LookupFunction;
}

/** What the test at hand is told of; unset between tests. */
let recording: Intercepted[] | undefined;
let isInstalled = false;

/** Until the test has finished, no socket of this process connects: each fails, and what it wanted is kept. */
export function interceptConnections(): readonly Intercepted[] {
  if (!isInstalled) install();
  const intercepted: Intercepted[] = [];
  recording = intercepted;
  onTestFinished(() => (recording = undefined));
  return intercepted;
}

/** For good: who was told to connect during a test may try once more after it, and must not leave this machine then. */
function install(): void {
  isInstalled = true;
  const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...args: unknown[]) {
    // `net.connect` hands its normalised arguments over as one.
    const [wanted] = (Array.isArray(args[0]) ? args[0] : args) as [Wanted];
    if (!recording && isNear(wanted)) return connect.apply(this, args);
    const end = (addresses: readonly string[]) => {
      recording?.push({ port: Number(wanted.port), addresses });
      this.destroy(new Error('intercepted'));
    };
    if (isIP(wanted.host) || !wanted.lookup) process.nextTick(end, [wanted.host]);
    else
      wanted.lookup(wanted.host, { all: true }, (_, answers) => {
        end(Array.isArray(answers) ? answers.map(({ address }) => address) : [answers]);
      });
    return this;
  });
}

function isNear({ host }: Wanted): boolean {
  return isIP(host) === 0 || host.startsWith('127.') || host === '::1';
}
