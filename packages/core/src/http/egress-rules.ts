import type { CleanupTarget } from '../cleanup/cleanup-spec.js';
import { addressKind, isLoopbackName, isMetadataName } from './address-kind.js';
import type { AllowList } from './allow-list.js';
import { destinationOf } from './destination.js';
import type { Address } from './host.js';
import type { OwnListeners } from './own-listeners.js';
import { resolvedAddress, type ResolvedAddress } from './resolve-name.js';

/** What can be said about a target without asking anybody. */
export type Written =
  | { readonly kind: 'forbidden'; readonly objection: string }
  /** May be called, at these addresses. `name`: what was written, if that was no address. */
  | { readonly kind: 'open'; readonly addresses: readonly string[]; readonly name?: string }
  /** Depends on the addresses of a name. `listed`: an entry covers the name itself. */
  | { readonly kind: 'name'; readonly name: string; readonly port: number; readonly listed: boolean };

const OWN = 'is this server itself';
const LOOPBACK = 'is on loopback, which may be called only while every listener is on loopback';
const GUARDED = 'is a metadata, multicast or unspecified address, which no allow entry names';
const PRIVATE = 'is a private or reserved address, which no allow entry covers';
const PUBLIC = 'is not allowed: neither "public" nor another allow entry covers it';

/** Where names that mean this machine lead, whatever a name server says. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];

/** Judges targets as they are written, and the addresses of names; looks nothing up. */
export class EgressRules {
  readonly #allowLoopback: boolean;
  readonly #list: AllowList;
  readonly #own: OwnListeners;

  constructor(allowLoopback: boolean, list: AllowList, own: OwnListeners) {
    this.#allowLoopback = allowLoopback;
    this.#list = list;
    this.#own = own;
  }

  judge(target: Exclude<CleanupTarget, { kind: 'handler' }>): Written {
    const destination = destinationOf(target);
    if (typeof destination === 'string') return { kind: 'forbidden', objection: destination };
    const { host, port } = destination;
    if (host.kind === 'name') return this.#judgeName(host.name, port);
    const objection = this.#objectionTo(host.address, port, false);
    if (objection !== undefined) return { kind: 'forbidden', objection };
    return { kind: 'open', addresses: [host.address.toString()] };
  }

  /**
   * What is wrong with a name that has these addresses: one that may not be called is enough, since nobody knows which of
   * them a connection would take, or the next answer hold.
   */
  objectionToAnswers(
    { port, listed }: Extract<Written, { kind: 'name' }>,
    answers: readonly ResolvedAddress[],
  ): string | undefined {
    for (const { address } of answers) {
      const objection = this.#objectionTo(address, port, listed);
      if (objection !== undefined) return `has an address that ${objection}`;
    }
    return undefined;
  }

  /** Whether a name of which nobody knows the addresses may be given to a cleanup: it may have some by then. */
  admitsUnresolved({ listed }: Extract<Written, { kind: 'name' }>): boolean {
    return listed || this.#list.public;
  }

  #judgeName(name: string, port: number): Written {
    if (isLoopbackName(name)) return this.#judgeLoopbackName(name, port);
    if (isMetadataName(name) && !this.#list.names(name)) return { kind: 'forbidden', objection: GUARDED };
    const listed = this.#list.coversName(name);
    if (!listed && !this.#list.coversAddresses) return { kind: 'forbidden', objection: PUBLIC };
    return { kind: 'name', name, port, listed };
  }

  #judgeLoopbackName(name: string, port: number): Written {
    for (const text of LOOPBACK_ADDRESSES) {
      const answer = resolvedAddress(text);
      const objection = answer && this.#objectionTo(answer.address, port, false);
      if (objection !== undefined) return { kind: 'forbidden', objection };
    }
    return { kind: 'open', addresses: LOOPBACK_ADDRESSES, name };
  }

  /** `listed`: an entry covers the name that has this address. */
  #objectionTo(address: Address, port: number, listed: boolean): string | undefined {
    if (this.#own.include(address, port)) return OWN;
    switch (addressKind(address)) {
      case 'loopback':
        return this.#allowLoopback ? undefined : LOOPBACK;
      case 'guarded':
        return this.#list.lists(address) ? undefined : GUARDED;
      case 'private':
        return listed || this.#list.coversAddress(address) ? undefined : PRIVATE;
      case 'public':
        return listed || this.#list.public || this.#list.coversAddress(address) ? undefined : PUBLIC;
    }
  }
}
