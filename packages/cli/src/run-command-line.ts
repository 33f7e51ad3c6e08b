import { SdmError } from '@sdmjs/core';
import { CommanderError } from 'commander';
import { errorLine } from './error-line.js';
import { EXIT } from './exit-codes.js';
import { createProgram } from './program.js';
import type { Host } from './terminal/host.js';
import { createOutput, type Output, ReaderGone } from './terminal/output.js';

/** Runs one command line and resolves to its exit code: 0, 2 (usage or bad input, one line on standard error) or 130 (stopped by the user). */
export async function runCommandLine(parameters: readonly string[], host: Host): Promise<number> {
  let exitCode: number = EXIT.success;
  const stdout = createOutput(host.stdout, 'standard output');
  const stderr = createOutput(host.stderr, 'standard error');
  const setExitCode = (code: number) => void (exitCode = code);
  const program = createProgram({ host, stdout, stderr, setExitCode });
  try {
    const given = parameters.length === 0 ? ['--help'] : withDashes(parameters);
    await program.parseAsync(given, { from: 'user' }).catch(unlessShown);
    await stdout.flush();
  } catch (error) {
    exitCode = explain(error, stderr);
    await stderr.flush().catch(() => undefined); // where nobody can be told, the exit code tells
  }
  return exitCode;
}

/** Help and version end as errors whose exit code is 0. */
function unlessShown(error: unknown): void {
  if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error;
}

/** Says what went wrong and returns its exit code. Throws a mistake of ours on. */
function explain(error: unknown, stderr: Output): number {
  if (error instanceof ReaderGone) return EXIT.success;
  if (error instanceof CommanderError) return EXIT.badInput;
  if (SdmError.is(error, 'aborted')) {
    stderr.post('sdm: stopped; no file was written\n');
    return EXIT.interrupted;
  }
  const message = errorLine(error);
  if (message === undefined) throw error;
  stderr.post(`sdm: ${message}\n`);
  return EXIT.badInput;
}

/** Options may be spelled with underscores, as in Python: `--batch_size` is `--batch-size`. */
export function withDashes(parameters: readonly string[]): string[] {
  const end = parameters.indexOf('--');
  return parameters.map((parameter, i) => {
    if (!parameter.startsWith('--') || (end >= 0 && i >= end)) return parameter;
    const [name = '', ...value] = parameter.split('=');
    return [name.replaceAll('_', '-'), ...value].join('=');
  });
}
