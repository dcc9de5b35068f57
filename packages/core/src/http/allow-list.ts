import ipaddr from 'ipaddr.js';
import { parseHost, type Address } from './host.js';

/**
 * What may be called, by entry: `public` (every public address); a name; `.suffix` or `*.suffix` (every name below it, not
 * itself); an address; a network as CIDR.
 */
export class AllowList {
  readonly #names = new Set<string>();
  /** Each with its leading dot. */
  readonly #suffixes: string[] = [];
  readonly #addresses = new Set<string>();
  readonly #networks: (readonly [Address, number])[] = [];
  #public = false;

  /** @throws RangeError naming the entry that is none of these. */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const objection = this.#add(entry.toLowerCase());
      if (objection !== undefined) throw new RangeError(`allow entry "${entry.slice(0, 64)}" ${objection}`);
    }
  }

  /** Whether everything public may be called. */
  get public(): boolean {
    return this.#public;
  }

  /** Whether there is an entry that an address could match. */
  get coversAddresses(): boolean {
    return this.#public || this.#addresses.size > 0 || this.#networks.length > 0;
  }

  /** Whether an entry is this very name. */
  names(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether an entry is this name or a suffix of it. */
  coversName(name: string): boolean {
    return this.names(name) || this.#suffixes.some((suffix) => name.endsWith(suffix));
  }

  /** Whether an entry is this very address. */
  lists(address: Address): boolean {
    return this.#addresses.has(address.toNormalizedString());
  }

  /** Whether an entry is this address or a network that contains it. */
  coversAddress(address: Address): boolean {
    const contains = ([network, bits]: readonly [Address, number]) =>
      network.kind() === address.kind() && address.match(network, bits);
    return this.lists(address) || this.#networks.some(contains);
  }

  /** What is wrong with the entry, if anything. */
  #add(entry: string): string | undefined {
    if (entry === 'public') this.#public = true;
    else if (entry.includes('/')) return this.#addNetwork(entry);
    else if (/^\*?\./.test(entry)) return this.#addSuffix(entry.replace(/^\*?\./, ''));
    else return this.#addHost(entry);
    return undefined;
  }

  #addHost(entry: string): string | undefined {
    const host = parseHost(entry);
    if (!host) return 'is no host name, address, network or ".suffix"';
    if (host.kind === 'name') this.#names.add(host.name);
    // `10.1` and `010.0.0.1` are addresses to some and typing errors to others.
    else if (!entry.includes(':') && host.address.toString() !== entry) return 'is not four decimal numbers';
    else this.#addresses.add(host.address.toNormalizedString());
    return undefined;
  }

  #addSuffix(suffix: string): string | undefined {
    const host = parseHost(suffix);
    if (host?.kind !== 'name') return 'is no domain suffix';
    this.#suffixes.push(`.${host.name}`);
    return undefined;
  }

  #addNetwork(entry: string): string | undefined {
    const { IPv4, IPv6 } = ipaddr;
    if (!IPv4.isValidCIDRFourPartDecimal(entry) && !IPv6.isValidCIDR(entry)) return 'is no network';
    const [address, bits] = ipaddr.parseCIDR(entry);
    if (address.range() === 'ipv4Mapped') return 'is IPv4 in IPv6: write the IPv4 network';
    // A network of one address is that address.
    if (bits === address.toByteArray().length * 8) this.#addresses.add(address.toNormalizedString());
    else this.#networks.push([address, bits]);
    return undefined;
  }
}
