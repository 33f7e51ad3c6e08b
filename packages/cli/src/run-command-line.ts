import { SdmError } from '@sdmjs/core';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';
import { createProgram } from './program.js';
import type { Host } from './terminal/host.js';
import { ReaderGone } from './terminal/output.js';

/** Runs one command line and resolves to its exit code: 0, 2 (usage or bad input, one line on standard error) or 130 (stopped by the user). */
export async function runCommandLine(parameters: readonly string[], host: Host): Promise<number> {
  let exitCode: number = EXIT.success;
  const program = createProgram(host, (code) => {
    exitCode = code;
  });
  try {
    const given = parameters.length === 0 ? ['--help'] : withDashes(parameters);
    await program.parseAsync(given, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof ReaderGone) return EXIT.success;
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.badInput;
    if (SdmError.is(error, 'aborted')) {
      host.stderr.write('sdm: stopped; no file was written\n');
      return EXIT.interrupted;
    }
    const message = messageOf(error);
    if (message === undefined) throw error;
    host.stderr.write(`sdm: ${message}\n`);
    return EXIT.badInput;
  }
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

/** One line about a mistake of the user or of the system; undefined for a mistake of ours. */
function messageOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const isSystemError = 'syscall' in error;
  const isMemory = error instanceof RangeError && /allocation failed|array length/i.test(error.message);
  if (isMemory) return 'there is not enough memory; give fewer rows or features, see sdm plan';
  if (!SdmError.is(error) && !isSystemError) return undefined;
  // Who threw it, and how an option is written in a program, is for programmers.
  const message = error.message.replace(/^(sdm )?\w+: /, '').replace('pass overwrite: true', 'pass --overwrite');
  return message.replace(/\s*\n\s*/g, ' ');
}
