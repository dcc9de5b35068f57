import { getHeapStatistics } from 'node:v8';
import { Gauge, type Registry } from 'prom-client';

const GAUGES = [
  {
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process that is in RAM.',
    bytes: () => process.memoryUsage.rss(),
  },
  {
    name: 'nodejs_heap_size_used_bytes',
    help: 'The part of the JavaScript heap that is in use.',
    bytes: () => getHeapStatistics().used_heap_size,
  },
  {
    name: 'nodejs_heap_size_limit_bytes',
    help: 'How large the JavaScript heap may grow; beyond it the process ends.',
    bytes: () => getHeapStatistics().heap_size_limit,
  },
  {
    name: 'nodejs_external_memory_bytes',
    help: 'Memory of objects outside the JavaScript heap, such as buffers.',
    bytes: () => getHeapStatistics().external_memory,
  },
] as const;

/** What this process has of memory. */
export function memory(registry: Registry): void {
  for (const { name, help, bytes } of GAUGES) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(bytes());
      },
    });
  }
}
