import { Counter, Gauge, type Registry } from 'prom-client';

/** What this process used of the processor, and since when. */
export function cpu(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time that this process used.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When this process started, since the epoch.',
    registers,
  }).set(Math.round(Date.now() / 1_000 - process.uptime()));
}
