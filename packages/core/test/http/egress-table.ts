import type { EgressGuardOptions } from '../../src/http/index.js';

/** How a server may be set up, and what that is called in the table. */
export const MODES = {
  /** Some listener is off loopback, nothing allowed. */
  strict: { allowLoopback: false },
  /** Every listener is on loopback. */
  local: { allowLoopback: true },
  public: { allowLoopback: false, allow: ['public'] },
  listed: {
    allowLoopback: false,
    allow: [
      'hooks.example.com',
      '.svc.example',
      '*.Wild.Example',
      'münchen.example',
      '10.1.0.0/16',
      '192.168.7.7',
      '169.254.0.0/16',
      'fd12::/32',
      '[fd77::7]',
      '93.184.216.34',
      '127.0.0.1',
      'localhost',
      '.internal',
      '::/0',
    ],
  },
  /** Everything that can be opened by naming it. */
  exact: {
    allowLoopback: false,
    allow: ['169.254.169.254/32', 'fd00:ec2::254', '0.0.0.0', '224.0.0.1', 'metadata.google.internal', '::'],
  },
  /** Names, and no address. */
  named: { allowLoopback: false, allow: ['db.example', '.corp.example', 'metadata.google.internal'] },
  /** As a process on a machine of two addresses that serves on ports 80 and 9090. */
  own: {
    allowLoopback: true,
    allow: ['public', '192.168.0.0/16', 'fd00::/16', '0.0.0.0', '::', '.corp.example'],
    ownPorts: new Set([80, 9090]),
    ownAddresses: () => ['127.0.0.1', '::1', '192.168.5.5', 'fd00::5', 'fe80::5%eth0', '93.184.216.77'],
  },
} as const satisfies Record<string, EgressGuardOptions>;

type Verdict = 'allowed' | RegExp;

/** A target, how the server is set up that is asked to call it, and what becomes of it at create and at every attempt. */
export type Row = readonly [mode: keyof typeof MODES, target: string, verdict: Verdict];

export const LOOPBACK = /on loopback/;
export const GUARDED = /metadata, multicast or unspecified/;
export const PRIVATE = /private or reserved/;
export const UNLISTED = /not allowed/;
export const OWN = /this server itself/;
export const INVALID = /no URL|no http|credentials|no valid host|no host:port/;
