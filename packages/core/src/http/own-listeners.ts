import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { addressKind } from './address-kind.js';
import { embeddedAddresses } from './embedded-address.js';
import type { Address } from './host.js';
import { resolvedAddress } from './resolve-name.js';

/** What leads back to this process: its ports, on loopback and on every address of this machine. */
export class OwnListeners {
  readonly #ports: ReadonlySet<number>;
  readonly #addresses: () => readonly string[];

  constructor(ports: ReadonlySet<number>, addresses: () => readonly string[]) {
    this.#ports = ports;
    this.#addresses = addresses;
  }

  include(address: Address, port: number): boolean {
    if (!this.#ports.has(port)) return false;
    const reached = address instanceof ipaddr.IPv6 ? [address, ...embeddedAddresses(address)] : [address];
    return reached.some((each) => isHere(each) || this.#isOfThisMachine(each));
  }

  #isOfThisMachine(address: Address): boolean {
    const text = address.toNormalizedString();
    return this.#addresses().some((own) => resolvedAddress(own)?.address.toNormalizedString() === text);
  }
}

/** The addresses of the network interfaces, as they are now. */
export function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.map(({ address }) => address),
  );
}

/** On Linux, a connection to the unspecified address is one to this machine. */
function isHere(address: Address): boolean {
  return addressKind(address) === 'loopback' || address.range() === 'unspecified';
}
