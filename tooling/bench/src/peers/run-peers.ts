import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { makeFolders } from '@sdmjs/interchange/node';
import { preparePython } from '@sdmjs-tooling/python-sdk';
import { requireAgreement } from './agreement.js';
import { type PeerOptions, parsePeerOptions } from './options.js';
import { measureOurs, measureSdk, sdkVersions, thisMachine } from './measure.js';
import { prepareData, WARM_UP } from './prepare-data.js';
import { isComplete, tableOf, writeSection } from './report.js';
import { openRun, type PeerRun, type Side, saveRun, type Turn } from './run-file.js';
import { FULL, LEARNING_RATE, type Reading, SMALL, type WorkName } from './scale.js';

const bench = fileURLToPath(new URL('../..', import.meta.url));
const docs = join(bench, '..', '..', 'docs');
const cache = join(bench, '.cache', 'peers');
/** What our kernels spread over threads. */
const THREADED: readonly WorkName[] = ['scoring', 'document', 'epoch'];

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** Our speed beside the Python SDK's: measures what is not measured yet, turn by turn, and prints the table. */
export async function benchPeers(words: readonly string[]): Promise<void> {
  const options = parsePeerOptions(words);
  if (!existsSync('/proc/self/status')) throw new Error('bench peers: memory is read from /proc, so it needs Linux');
  const python = options.ours ? undefined : await requirePython();
  const scale = options.small ? SMALL : FULL;
  const settings = { machine: thisMachine(), sdk: python === undefined ? null : sdkVersions(python), scale };
  const isPublished = !options.small && !options.ours && options.output === undefined;
  const path = isPublished ? join(docs, 'results', 'raw', 'peers.json') : outputPath(options);
  makeFolders(dirname(path));
  let run = openRun(path, settings, { forget: options.fresh || options.small ? options.works : [] });
  const folder = join(cache, options.small ? 'small' : 'full');
  await prepareData(folder, { scale, works: options.works, say });
  warnOfLoad();
  for (const work of options.works) {
    const isDone = () => run.turns.filter((turn) => turn.work === work).length >= scale.turns[work];
    while (!isDone()) {
      run = { ...run, turns: [...run.turns, takeTurn(work, { run, folder, python })] };
      await saveRun(path, run);
    }
  }
  process.stdout.write(`${tableOf(run).join('\n')}\n`);
  say(`measured: ${path}`);
  if (isPublished && isComplete(run)) await writeSection(join(docs, 'performance.md'), run);
}

/** What else runs falls on both sides by turns, but not on both alike. */
function warnOfLoad(): void {
  const load = loadavg()[0]!;
  if (load > 1) say(`the machine is busy (load ${load.toFixed(1)}): ratios are provisional`);
}

async function requirePython(): Promise<string> {
  const environment = await preparePython(say);
  if (environment.isReady) return environment.python;
  throw new Error(
    `bench peers: Python 3.11 with reexpress-sdm could not be set up; measure our side alone with --ours. ${environment.reason.slice(0, 2000)}`,
  );
}

function outputPath({ output, small, ours }: PeerOptions): string {
  if (output !== undefined) return resolve(process.env['INIT_CWD'] ?? '.', output);
  return join(cache, `${small ? 'small' : 'full'}${ours ? '-ours' : ''}.json`);
}

/** One work on every side, one right after the other, so that what else the machine does falls on all of them. */
function takeTurn(
  work: WorkName,
  { run, folder, python }: { run: PeerRun; folder: string; python: string | undefined },
): Turn {
  const { scale, machine, turns } = run;
  const number = turns.filter((turn) => turn.work === work).length + 1;
  const title = `${work} ${number}/${scale.turns[work]}`.padEnd(18);
  const [startedAt, loadBefore] = [`${new Date().toISOString().slice(0, 19)}Z`, loadavg()[0]!];
  const warmUp = work === 'document' ? 30 : Math.min(WARM_UP, scale.queries);
  const job = { work, folder, scale, warmUp, learningRate: LEARNING_RATE, threads: 1 };
  const outcomes: Partial<Record<Side, Reading>> = {};
  const told = (side: Side, name: string, reading: Reading) => {
    say(`${title} ${name.padEnd(18)} ${reading.seconds.toPrecision(3)} s`);
    outcomes[side] = reading;
  };
  if (python !== undefined) told('sdk', 'reexpress-sdm', measureSdk(python, job));
  told('one', 'sdm.js, 1 thread', measureOurs(job));
  if (THREADED.includes(work) && machine.cores > 1) {
    told('all', `sdm.js, ${machine.cores} threads`, measureOurs({ ...job, threads: machine.cores }));
  }
  const readings = Object.fromEntries(
    Object.entries(outcomes).map(([side, { outcome: _, ...reading }]) => [side, reading]),
  );
  return { work, startedAt, loadBefore, readings, agreement: agreementOf(work, outcomes) };
}

/** Our results do not depend on threads, and are the SDK's within rounding. */
function agreementOf(work: WorkName, { sdk, one, all }: Partial<Record<Side, Reading>>): Turn['agreement'] {
  if (one && all && !isDeepStrictEqual(one.outcome, all.outcome))
    throw new Error(`${work}: one thread and many gave different results`);
  return sdk && one ? requireAgreement(work, { ours: one.outcome, theirs: sdk.outcome }) : [];
}
