import type { Clock } from '@lease/core';
import type { Registry } from 'prom-client';
import { cpu } from './cpu.js';
import { gcPauses } from './gc.js';
import { handles } from './handles.js';
import { LoopLag } from './loop-lag.js';
import { memory } from './memory.js';

/** How this process fares on its machine. Returns what ends the watching. */
export function systemFigures(registry: Registry, clock: Clock): () => void {
  cpu(registry);
  memory(registry);
  handles(registry);
  const endGc = gcPauses(registry);
  const lag = new LoopLag(registry, clock);
  return () => {
    endGc();
    lag.stop();
  };
}
