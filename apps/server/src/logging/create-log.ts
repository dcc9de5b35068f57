import { destination, type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config/settings.js';
import { escapeAll, escapeText } from './escape.js';

export type LogFormat = 'json' | 'pretty';
type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Default: stderr. Stdout is for the ready line. */
  readonly stream?: DestinationStream;
}

/** `auto` reads well for people at a terminal, and for programs elsewhere. */
export function logFormatOf(wanted: LogFormat | 'auto', isTerminal: boolean): LogFormat {
  if (wanted !== 'auto') return wanted;
  return isTerminal ? 'pretty' : 'json';
}

/** The log that is configured. */
export function configuredLog({ logFormat, logLevel }: Pick<Config, 'logFormat' | 'logLevel'>): Logger {
  return createLog({ format: logFormatOf(logFormat, process.stderr.isTTY), level: logLevel });
}

/** Lines are written at once, so that nothing is lost at an exit. */
export function createLog({ format, level, stream = streamOf(format) }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { pid: process.pid },
      serializers: { err: (error: Error) => escapeAll({ ...stdSerializers.err(error) }) },
      formatters: { log: (line) => escapeAll(line) as Record<string, unknown> },
      hooks: {
        logMethod(inputs, method) {
          const escaped = inputs.map((input: unknown) =>
            typeof input === 'string' ? escapeText(input) : input,
          );
          method.apply(this, escaped as typeof inputs);
        },
      },
    },
    stream,
  );
}

/** Lines that wait for room on a disk; what comes beyond it is dropped. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

function streamOf(format: LogFormat): DestinationStream {
  const stderr = destination({ dest: 2, sync: true, maxLength: MAX_BACKLOG_BYTES });
  // A log that cannot be written, on a full disk say, is no reason to stop serving.
  stderr.on('error', () => undefined);
  if (format === 'json') return stderr;
  return pretty({ destination: stderr, colorize: process.stderr.isTTY, ignore: 'pid' });
}
