import { InvalidArgumentError } from 'commander';
import { count, duration, type Kind } from '../config/kinds.js';

/** Reads `500ms`, `30s`, `5m` or `24h` as milliseconds, within the bounds. */
export function durationArgument(min: string, max: string): (text: string) => number {
  return argument(duration(min, max));
}

/** Reads a whole number of `unit` within the bounds. */
export function countArgument(min: number, max: number, unit: string): (text: string) => number {
  return argument(count(min, max, unit));
}

/** The values as they are written here: in lower case, with hyphens. */
export function choiceArgument<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const wanted = text.toUpperCase().replaceAll('-', '_');
    const choice = choices.find((candidate) => candidate === wanted);
    if (choice !== undefined) return choice;
    throw new InvalidArgumentError(`It is none of ${choices.map(spelled).join(', ')}.`);
  };
}

/** `ENDPOINT_NOT_FOUND`: `endpoint-not-found`. */
export function spelled(choice: string): string {
  return choice.toLowerCase().replaceAll('_', '-');
}

function argument<T>({ parse }: Kind<T>): (text: string) => T {
  return (text) => {
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    throw new InvalidArgumentError(parsed.flaw);
  };
}
