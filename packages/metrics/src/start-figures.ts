import { Gauge, type Registry } from 'prom-client';

/** What a start consists of: the program, the store, the listeners. */
export interface StartPhases {
  readonly loadMs: number;
  readonly storeMs: number;
  readonly serveMs: number;
}

/** How long this process took to start. Returns what takes the durations, once they are known. */
export function startFigures(registry: Registry): (phases: StartPhases) => void {
  const registers = [registry];
  const whole = new Gauge({
    name: 'lease_start_duration_seconds',
    help: 'How long this process took from its start until it was ready; 0: it is not yet.',
    registers,
  });
  const phases = new Gauge({
    name: 'lease_start_phase_duration_seconds',
    help: 'The same by phase: load (the program), store (reach, migrate and open it), serve (listen).',
    labelNames: ['phase'],
    registers,
  });
  return ({ loadMs, storeMs, serveMs }) => {
    phases.set({ phase: 'load' }, loadMs / 1_000);
    phases.set({ phase: 'store' }, storeMs / 1_000);
    phases.set({ phase: 'serve' }, serveMs / 1_000);
    whole.set((loadMs + storeMs + serveMs) / 1_000);
  };
}
