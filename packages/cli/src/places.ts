import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { SdmError } from '@sdmjs/core';

/** Something that a verb reads or writes. */
export interface Place {
  /** The option that names it. */
  readonly option: string;
  /** Undefined where the option is not given. */
  readonly path: string | undefined;
  /** A model, which is read and put in place as a whole folder. @default false */
  readonly isModel?: boolean | undefined;
}

interface FoundPlace extends Place {
  readonly path: string;
  readonly realPath: string;
  /** Device and inode, which all names of a file share; undefined for what is no plain file. */
  readonly identity: string | undefined;
}

export interface Places {
  readonly inputs: readonly Place[];
  /** `-` is standard output, which is no place. */
  readonly outputs: readonly Place[];
}

/**
 * Refuses outputs that would replace an input or each other, however their paths are spelled: links are followed, and a model takes its whole
 * folder. A model may stand where one is read from, which `requireWritable` wants to be told. Throws `destination-exists`.
 */
export function requireOwnPlaces({ inputs, outputs }: Places): void {
  const read = found(inputs);
  const written = found(outputs.filter(({ path }) => path !== '-'));
  for (const [i, output] of written.entries()) {
    for (const input of read) {
      if (isSame(output, input) && !(output.isModel && input.isModel)) {
        refuse(`${output.option}: ${output.path} is what ${input.option} reads; choose another path`);
      }
      if (holds(input, output)) refuseInside(output, input);
      if (holds(output, input)) refuseInside(input, output);
    }
    for (const other of written.slice(i + 1)) {
      if (isSame(output, other)) {
        refuse(`${output.option} and ${other.option} both write ${other.path}; give each a path of its own`);
      }
      if (holds(output, other)) refuseInside(other, output);
      if (holds(other, output)) refuseInside(output, other);
    }
  }
}

/** Refuses to replace files that stand there already. Throws `destination-exists`. */
export function requireAbsent(paths: readonly string[], overwrite: boolean | undefined): void {
  const present = overwrite ? undefined : paths.find((path) => lstatSync(path, { throwIfNoEntry: false }));
  if (present !== undefined) refuse(`${present} exists; choose another folder or pass --overwrite`);
}

function found(places: readonly Place[]): FoundPlace[] {
  return places.flatMap(({ path, ...place }) =>
    path === undefined ? [] : [{ ...place, path, realPath: realPathOf(path), identity: identityOf(path) }],
  );
}

function isSame(a: FoundPlace, b: FoundPlace): boolean {
  return a.identity !== undefined && b.identity !== undefined
    ? a.identity === b.identity
    : a.realPath === b.realPath && !isDevice(a.realPath);
}

/** Whether the first is a model and the second a place in its folder. */
function holds(model: FoundPlace, other: FoundPlace): boolean {
  return model.isModel === true && other.realPath.startsWith(model.realPath + sep);
}

function refuseInside(inner: FoundPlace, outer: FoundPlace): never {
  refuse(`${inner.option}: ${inner.path} lies in ${outer.path} of ${outer.option}; choose a path outside of it`);
}

function refuse(message: string): never {
  throw new SdmError('destination-exists', message);
}

/** Where a path leads, also where nothing stands yet. */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const isLoop = error instanceof Error && 'code' in error && error.code === 'ELOOP';
    const target = isLoop ? undefined : targetOf(path);
    if (target !== undefined) return realPathOf(isAbsolute(target) ? target : join(dirname(path), target));
    const folder = dirname(path);
    return folder === path ? path : join(realPathOf(folder), basename(path));
  }
}

/** What a link to nothing names: writing makes a file there. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function identityOf(path: string): string | undefined {
  const status = statusOf(path);
  return status?.isFile() ? `${status.dev}:${status.ino}` : undefined;
}

/** A terminal, a pipe or the like: whoever reads it gets what is written, or not, but nothing is replaced. */
function isDevice(path: string): boolean {
  const status = statusOf(path);
  return status !== undefined && !status.isFile() && !status.isDirectory();
}

function statusOf(path: string) {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined; // what reads or writes it says why
  }
}
