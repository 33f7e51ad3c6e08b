import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository, without a slash at the end. */
export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Files below a folder whose name matches, as paths from the repository root, sorted; none when the folder is missing. */
export function filesBelow(folder, pattern) {
  const absolute = join(repositoryRoot, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => relative(repositoryRoot, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .sort();
}

/** Prints what a check found and sets the exit status. */
export function finish(check, scope, violations) {
  for (const violation of violations) process.stderr.write(`${violation}\n`);
  process.stdout.write(`${check}: ${scope}, ${violations.length} violations\n`);
  if (violations.length > 0) process.exitCode = 1;
}
