import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Every JSON file of that name below a folder of runs. */
export function resultsIn<Results>(folder: string, fileName: string): Results[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => basename(path) === fileName)
    .map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')) as Results);
}
