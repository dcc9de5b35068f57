import { Gauge, type Registry } from 'prom-client';

/** Milliseconds that each phase of the start took, by its name: a few names, which nobody outside can choose. */
export type StartPhases = Readonly<Record<string, number>>;

/** How long this process took to start. Returns what takes the durations, once they are known. */
export function startFigures(registry: Registry): (phases: StartPhases) => void {
  const registers = [registry];
  const whole = new Gauge({
    name: 'lease_start_duration_seconds',
    help: 'How long this process took from its start until it was ready; 0: it is not yet.',
    registers,
  });
  const each = new Gauge({
    name: 'lease_start_phase_duration_seconds',
    help: 'The same by phase: configuration (and loading the program), dependencies, migrations, recovery, listeners, ready.',
    labelNames: ['phase'],
    registers,
  });
  return (phases) => {
    let wholeMs = 0;
    for (const [phase, durationMs] of Object.entries(phases)) {
      each.set({ phase }, durationMs / 1_000);
      wholeMs += durationMs;
    }
    whole.set(wholeMs / 1_000);
  };
}
