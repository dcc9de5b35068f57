const COLOURS = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 } as const;
type Colour = keyof typeof COLOURS;

/** Who appears under which colour; the workers share one. */
const CAST: Readonly<Record<string, Colour>> = {
  server: 'blue',
  endpoint: 'magenta',
  files: 'green',
  'kill -9': 'red',
};

/** What happens, line by line: elapsed seconds, who, what. Coloured on a terminal, plain elsewhere. */
export class Timeline {
  readonly #begin = performance.now();
  readonly #coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

  get elapsedS(): number {
    return (performance.now() - this.#begin) / 1_000;
  }

  scene(title: string): void {
    this.print('');
    this.print(this.paint('bold', title));
  }

  tell(who: string, what: string): void {
    const time = this.paint('dim', `${this.elapsedS.toFixed(2).padStart(7)} s`);
    this.print(`${time}  ${this.paint(CAST[who] ?? 'cyan', who.padEnd(9))} ${what}`);
  }

  print(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  paint(colour: Colour, text: string): string {
    return this.#coloured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }
}
