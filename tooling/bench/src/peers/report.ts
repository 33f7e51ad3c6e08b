import { readFileSync } from 'node:fs';
import { writeFileAtomically } from '@sdmjs/interchange/node';
import { markdownTable } from '@sdmjs-tooling/app-kit';
import { spellSpread } from '../spread.js';
import type { PeerRun, Side, Turn } from './run-file.js';
import { type LadderName, type Reading, type Scale, WORKS, type WorkName } from './scale.js';

type Measured = Omit<Reading, 'outcome'>;

/** One line of the table: what is told of the readings of one work. */
interface Line {
  readonly work: WorkName;
  readonly title: (scale: Scale) => string;
  /** Seconds or bytes; less is better. */
  readonly cost: (reading: Measured) => number;
  /** What is shown. @default the cost */
  readonly value?: (cost: number, scale: Scale) => number;
  /** A number and its unit. */
  readonly spell: (value: number) => string;
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const number = (value: number) => value.toLocaleString('en');
const ladder = (work: LadderName, kind: string): Line => ({
  work,
  title: ({ [work]: { rows, resolution } }) => `ladder of regions, ${number(rows)} ${kind}, steps of ${resolution}`,
  cost: ({ seconds }) => seconds,
  spell: spellSeconds,
});

const LINES: readonly Line[] = [
  {
    work: 'scoring',
    title: ({ queries }) => `${number(queries)} rows scored in a batch`,
    cost: ({ seconds }) => seconds,
    value: (seconds, { queries }) => queries / seconds,
    spell: (rate) => `${number(Number(rate.toPrecision(3)))} rows/s`,
  },
  {
    work: 'document',
    title: () => 'one document, 25 nearest shown: median',
    cost: ({ seconds }) => seconds,
    spell: spellSeconds,
  },
  {
    work: 'document',
    title: () => 'one document: 95 % take at most',
    cost: ({ slowSeconds }) => slowSeconds ?? Number.NaN,
    spell: spellSeconds,
  },
  {
    work: 'epoch',
    title: () => 'one epoch, q and d of both splits refreshed',
    cost: ({ seconds }) => seconds,
    spell: spellSeconds,
  },
  ladder('ladder-model', 'rows of the model'),
  ladder('ladder-fine', 'drawn rows'),
  ladder('ladder-long', 'drawn rows'),
  {
    work: 'rows',
    title: ({ jsonRows, features }) => `JSON Lines in, ${number(jsonRows)} × ${number(features)}`,
    cost: ({ seconds }) => seconds,
    spell: spellSeconds,
  },
  {
    work: 'rows',
    title: ({ jsonRows, features }) => `memory that this takes, for a matrix of ${megabytes(4 * jsonRows * features)}`,
    cost: ({ peakBytes, residentBytes }) => peakBytes - residentBytes,
    spell: megabytes,
  },
  { work: 'epoch', title: () => 'peak memory, training', cost: ({ peakBytes }) => peakBytes, spell: megabytes },
  { work: 'scoring', title: () => 'peak memory, scoring', cost: ({ peakBytes }) => peakBytes, spell: megabytes },
];

export function isComplete({ turns, scale }: PeerRun): boolean {
  return WORKS.every((work) => turns.filter((turn) => turn.work === work).length >= scale.turns[work]);
}

/** Lines of Markdown: medians over the turns, with the range. */
export function tableOf(run: PeerRun): string[] {
  const { cores } = run.machine;
  const header = ['work', 'turns', 'reexpress-sdm', 'sdm.js, 1 thread', `sdm.js, ${cores} threads`, 'ratio, 1 thread'];
  const rows = LINES.flatMap((line) => {
    const turns = run.turns.filter(({ work }) => work === line.work);
    if (turns.length === 0) return [];
    const { value = (cost) => cost } = line;
    const told = (side: Side) =>
      spellSpread(
        costsOf(line, turns, side).map((cost) => value(cost, run.scale)),
        line.spell,
      );
    const ratio = (side: Side) => spellSpread(ratiosOf(line, turns, side), spellRatio);
    return [
      [line.title(run.scale), String(turns.length), told('sdk'), told('one'), told('all'), ratio('one'), ratio('all')],
    ];
  });
  return markdownTable([...header, `ratio, ${cores} threads`], rows);
}

function costsOf({ cost }: Line, turns: readonly Turn[], side: Side): number[] {
  return turns.flatMap(({ readings: { [side]: reading } }) => (reading ? [cost(reading)] : []));
}

/** The SDK's cost over ours, turn by turn. */
function ratiosOf({ cost }: Line, turns: readonly Turn[], side: Side): number[] {
  return turns.flatMap(({ readings: { sdk, [side]: ours } }) => (sdk && ours ? [cost(sdk) / cost(ours)] : []));
}

function spellRatio(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : number(Math.round(ratio));
}

function spellSeconds(seconds: number): string {
  return seconds < 0.9995 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toPrecision(3)} s`;
}

const [BEGIN, END] = ['<!-- bench peers: begin -->', '<!-- bench peers: end -->'];

/** Puts the run between the two marks of a page. Throws when they are not there. */
export async function writeSection(page: string, run: PeerRun): Promise<void> {
  const text = readFileSync(page, 'utf8');
  const [head, tail] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (head < 0 || tail < head) throw new Error(`${page} lacks the marks ${BEGIN} and ${END}`);
  await writeFileAtomically(page, [text.slice(0, head), sectionOf(run), text.slice(tail + END.length)]);
}

/** The run in words and numbers, marks included. */
export function sectionOf(run: PeerRun): string {
  const { machine, sdk, turns } = run;
  const loads = turns.map(({ loadBefore }) => loadBefore);
  const days = [...new Set(turns.map(({ startedAt }) => startedAt.slice(0, 10)))].sort();
  const theirs = sdk
    ? `reexpress-sdm ${sdk['reexpress-sdm']} on PyTorch ${sdk.torch} (${sdk.torchThreads} threads, ${sdk.instructions}) with MKL ${sdk.mkl} (${sdk.mklThreads} threads), NumPy ${sdk.numpy}, Python ${sdk.python}`
    : 'no SDK';
  return [
    BEGIN,
    ...tableOf(run),
    '',
    `${days.join(' to ')}, ${machine.cores} cores of an ${machine.processor}, load ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} when a turn began. sdm.js at ${machine.commit} on Node ${machine.node.slice(1)}; ${theirs}.`,
    '',
    'What the data were like, and what came out alike on both sides in the worst turn:',
    '',
    ...WORKS.flatMap((work) => detailsOf(work, turns)),
    END,
  ].join('\n');
}

function detailsOf(work: WorkName, turns: readonly Turn[]): string[] {
  const ofWork = turns.filter((turn) => turn.work === work);
  const facts = Object.entries(ofWork[0]?.readings.one?.facts ?? {});
  const found = ofWork.flatMap(({ agreement }) => agreement);
  const kinds = [...new Set(found.map(({ what }) => what))].map((kind) => {
    const worst = found.filter(({ what }) => what === kind).reduce((a, b) => (b.alike < a.alike ? b : a));
    return `${kind} ${number(worst.alike)} of ${number(worst.of)}`;
  });
  const told = [...facts.map(([what, value]) => `${what} ${Number(value.toPrecision(3))}`), ...kinds];
  return told.length === 0 ? [] : [`- ${work}: ${told.join(', ')}`];
}
