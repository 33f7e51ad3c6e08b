import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second for programs to read. */
const MILLISECONDS_A_TICK = 10;
/** Fields of /proc/…/stat behind the name in brackets. */
const GROUP = 2;
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** What Chromium and Firefox call a thread that runs a worker; a name has 15 letters at most. */
const WORKER = /^(DedicatedWorker|DOM Worker)/;
/** What Firefox calls the process of its own pages, which have workers, too. */
const OWN_PAGES = 'Privileged Cont';

/**
 * Processor milliseconds of the threads that run workers of web pages, the oldest first, in a process group. Its first process is the browser
 * itself, which shows no page.
 */
export function workerThreads(group: number): number[] {
  return numbersIn('/proc')
    .filter((process) => process !== group && showsPages(statOf(`/proc/${process}`), group))
    .flatMap((process) => numbersIn(`/proc/${process}/task`).map((thread) => statOf(`/proc/${process}/task/${thread}`)))
    .flatMap((stat) => (stat && WORKER.test(stat.name) ? [stat.fields[USER_TIME]! + stat.fields[SYSTEM_TIME]!] : []))
    .map((ticks) => ticks * MILLISECONDS_A_TICK);
}

function showsPages(process: Stat | undefined, group: number): boolean {
  return process !== undefined && process.fields[GROUP] === group && process.name !== OWN_PAGES;
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder)
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

interface Stat {
  readonly name: string;
  readonly fields: readonly number[];
}

/** Undefined where the process or thread has just ended. */
function statOf(folder: string): Stat | undefined {
  try {
    const [, name, rest] = /\((.*)\) (.*)/.exec(readFileSync(`${folder}/stat`, 'utf8'))!;
    return { name: name!, fields: rest!.split(' ').map(Number) };
  } catch {
    return undefined;
  }
}
