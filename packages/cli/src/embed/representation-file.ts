import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { SdmError } from '@sdmjs/core';
import type { Representation } from '@sdmjs/estimator';
import { parseJson, stringifyJson } from '@sdmjs/interchange';
import { writeFileAtomically } from '@sdmjs/interchange/node';

/** Where `sdm embed` says what made the rows of a file; undefined for standard output, devices and pipes: nothing lies beside them. */
export function representationPath(output: string): string | undefined {
  if (output === '-') return undefined;
  const status = statSync(output, { throwIfNoEntry: false });
  return status === undefined || status.isFile() ? `${output}.representation.json` : undefined;
}

/** Writes what made the features of some rows. Throws `not-writable`. */
export async function writeRepresentation(path: string, representation: Representation): Promise<void> {
  await writeFileAtomically(path, [`${stringifyJson(representation, { indent: 2 })}\n`]);
}

/** Reads what `writeRepresentation` wrote. Throws `not-readable` or `bad-format`. */
export async function readRepresentation(path: string): Promise<Representation> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SdmError('not-readable', `cannot read ${path}: ${cause.message}; give the file that sdm embed wrote`, {
      cause,
    });
  });
  const value = parseJson(text, path);
  if (isRepresentation(value)) return value;
  throw new SdmError(
    'bad-format',
    `${path}: wanted provider and fingerprint as texts, and model, revision and inputTemplate as texts or null; give the file that sdm embed wrote`,
  );
}

function isRepresentation(value: unknown): value is Representation {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  const isText = (name: string) => typeof fields[name] === 'string' && fields[name] !== '';
  const isTextOrNull = (name: string) => typeof fields[name] === 'string' || fields[name] === null;
  return isText('provider') && isText('fingerprint') && ['model', 'revision', 'inputTemplate'].every(isTextOrNull);
}
