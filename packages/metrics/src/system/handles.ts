import { readdirSync, readFileSync } from 'node:fs';
import { Gauge, type Registry } from 'prom-client';

/** What keeps this process's event loop alive, and its open files: sockets are files as well. */
export function handles(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'nodejs_active_resources',
    help: 'Sockets, timers and the like that keep the event loop alive, by type.',
    labelNames: ['type'],
    registers,
    collect() {
      // Types that are gone would stay at their last value.
      this.reset();
      for (const type of process.getActiveResourcesInfo()) this.inc({ type });
    },
  });
  const open = countOpenFiles();
  if (open === undefined) return;
  new Gauge({
    name: 'process_open_fds',
    help: 'Open files and sockets of this process.',
    registers,
    collect() {
      this.set(countOpenFiles() ?? open);
    },
  });
  new Gauge({
    name: 'process_max_fds',
    help: 'Open files and sockets that this process may have.',
    registers,
    collect() {
      this.set(limitOfOpenFiles());
    },
  });
}

/** Unset where the system does not tell: it does on Linux. */
function countOpenFiles(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    // No such directory, or no file can be opened any more, not even this one.
    return undefined;
  }
}

/** Read anew, since it can be changed from outside. */
function limitOfOpenFiles(): number {
  try {
    const [, soft] = /^Max open files +(\w+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return NaN;
  }
}
