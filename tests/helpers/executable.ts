import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The built executable of an app: what its users start.
 *
 * @param manifest URL of the app's package.json, resolved where the app is a dependency
 */
export function executable(manifest: string): string {
  const { name, bin } = JSON.parse(readFileSync(new URL(manifest), 'utf8')) as {
    name: string;
    bin: Record<string, string>;
  };
  const [path = ''] = Object.values(bin);
  const file = fileURLToPath(new URL(path, manifest));
  if (existsSync(file)) return file;
  throw new Error(`${name} is not built: run "npm run build" first`);
}
