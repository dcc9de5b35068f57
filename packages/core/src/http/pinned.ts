import type http from 'node:http';
import { isIP, type LookupFunction } from 'node:net';

/** Of a request: what it may connect to. */
export interface Pin {
  readonly lookup: LookupFunction;
  /** The addresses, in one order: an agent keeps connections under it. */
  readonly pinnedTo: string;
}

/** Lets a request connect to these addresses only, whatever its host resolves to by now. */
export function pinTo(addresses: readonly string[]): Pin {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const [first] = all;
  return {
    pinnedTo: [...addresses].sort().join(),
    lookup: (_host, options, callback) => {
      // Later, as a resolver would: whoever connects has not yet begun to listen for errors.
      process.nextTick(() => {
        if (options.all) callback(null, all);
        else callback(null, first?.address ?? '', first?.family);
      });
    },
  };
}

/**
 * Lets an agent reuse a connection only for requests that are pinned to the same addresses: one that was made before a
 * name moved would take the request to where it was.
 */
export function keepingPins<Agent extends http.Agent>(agent: Agent): Agent {
  const nameOf = agent.getName.bind(agent);
  agent.getName = (options?: http.ClientRequestArgs & Partial<Pin>) =>
    `${nameOf(options)}|${options?.pinnedTo ?? ''}`;
  return agent;
}
