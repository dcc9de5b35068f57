import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDataDirectory } from '../src/start-up/check-data-directory.js';
import { checkPort } from '../src/start-up/check-port.js';
import { temporaryDirectory } from './running.js';

describe('a port', () => {
  it('that is free is left free', async () => {
    await checkPort('--grpc-listen', { host: '127.0.0.1', port: 0 });
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const address = { host: '127.0.0.1', port };
    await expect(checkPort('--grpc-listen', address)).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: another process listens there (--grpc-listen)`,
    );
    await new Promise((closed) => server.close(closed));
    await checkPort('--grpc-listen', address);
    await checkPort('--grpc-listen', address);
  });

  it('of an address that this machine does not have is refused', async () => {
    // TEST-NET-1, which is nobody's.
    await expect(checkPort('--http-listen', { host: '192.0.2.1', port: 0 })).rejects.toThrow(
      'cannot listen on 192.0.2.1:0: no interface of this machine has that address (--http-listen)',
    );
  });
});

describe('a data directory', () => {
  it('is made, written and left as it was', () => {
    using dir = temporaryDirectory();
    const path = join(dir.path, 'deep', 'er');
    expect(checkDataDirectory(path)).toEqual([]);
    expect(readdirSync(path)).toEqual([]);
  });

  it('that is a file is refused', () => {
    using dir = temporaryDirectory();
    const path = join(dir.path, 'file');
    writeFileSync(path, '');
    expect(() => checkDataDirectory(path)).toThrow(/cannot be made: it is there, and no directory/);
  });

  it('that cannot be written is refused, with what to do', () => {
    // Root writes where nobody may: then the kernel's own tree stands in, where nobody can make a file.
    using dir = temporaryDirectory();
    const closed = join(dir.path, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o500);
    const path = process.getuid?.() === 0 ? '/proc/self' : closed;
    expect(() => checkDataDirectory(path)).toThrow(
      /cannot be written: [A-Z]+; let this user write it \(--data-dir\)/,
    );
  });
});
