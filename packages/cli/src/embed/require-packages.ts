import { createRequire } from 'node:module';
import { SdmError } from '@sdmjs/core';

const { resolve } = createRequire(import.meta.url);

/** Throws `missing-dependency`, with the command that mends it, unless all these packages are installed beside `sdm`. */
export function requirePackages(encoder: string, names: readonly string[]): void {
  const absent = names.filter((name) => !isInstalled(name));
  if (absent.length === 0) return;
  const message = `sdm embed: --encoder ${encoder} needs ${absent.join(', ')}, not installed; npm install ${absent.join(' ')} (with --global where sdm is)`;
  throw new SdmError('missing-dependency', message);
}

/** Some packages export no main entry, some no `package.json`. */
function isInstalled(name: string): boolean {
  return [name, `${name}/package.json`].some((specifier) => {
    try {
      return resolve(specifier) !== '';
    } catch {
      return false;
    }
  });
}
