import type { ListenAddress } from './listen-address.js';
import type { Config } from './settings.js';

const LISTENER_NAMES = ['grpcListen', 'adminListen', 'httpListen'] as const;

export interface Listener {
  readonly name: (typeof LISTENER_NAMES)[number];
  readonly address: ListenAddress;
}

/** Those that are given, and right. */
export function listenersOf(config: Partial<Config>): readonly Listener[] {
  return LISTENER_NAMES.flatMap((name) => {
    const address = config[name];
    return address === undefined ? [] : [{ name, address }];
  });
}
