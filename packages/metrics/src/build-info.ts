import { Gauge, type Registry } from 'prom-client';

export interface BuildInfo {
  readonly version: string;
}

/** Which build this is: 1, with what there is to know as labels. */
export function buildInfo({ version }: BuildInfo, registry: Registry): void {
  new Gauge({
    name: 'lease_build_info',
    help: 'Always 1; the labels say which build runs, on which Node.js.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
