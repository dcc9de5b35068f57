import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** What Linux shows of a process's memory, in MB: now, and the most that it ever was. */
export function memoryOf(pid: number): { readonly rssMb: number; readonly peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => {
    const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kb === undefined) throw new Error(`/proc/${pid}/status has no ${name}`);
    return Math.round(Number(kb) / 1_024);
  };
  return { rssMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}

/** Its threads, whatever they are for. */
export function threadsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).length;
}

/** Bytes that a process has read, from files and from sockets, since it began. */
export function bytesReadBy(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** What a process has open: sockets by the port of their peer (0: none), and how many descriptors in all. */
export function openOf(pid: number): {
  readonly descriptors: number;
  readonly peers: ReadonlyMap<number, number>;
} {
  const portOf = remotePorts(pid);
  const peers = new Map<number, number>();
  const links = descriptorsOf(pid);
  for (const link of links) {
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode === undefined) continue;
    const port = portOf.get(inode) ?? 0;
    peers.set(port, (peers.get(port) ?? 0) + 1);
  }
  return { descriptors: links.length, peers };
}

function descriptorsOf(pid: number): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).flatMap((name) => {
    try {
      return [readlinkSync(`${directory}/${name}`)];
    } catch (error) {
      // Closed between the listing and the look.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** By the inode of the socket. */
function remotePorts(pid: number): ReadonlyMap<string, number> {
  const ports = new Map<string, number>();
  for (const file of ['tcp', 'tcp6']) {
    const [, ...lines] = readFileSync(`/proc/${pid}/net/${file}`, 'utf8').trim().split('\n');
    for (const line of lines) {
      const [, , remote = '', , , , , , , inode = ''] = line.trim().split(/\s+/);
      ports.set(inode, Number.parseInt(remote.slice(remote.lastIndexOf(':') + 1), 16));
    }
  }
  return ports;
}
